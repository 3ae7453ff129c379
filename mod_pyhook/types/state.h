// types/state.h: what _pyhook keeps for one interpreter: its types, the Python names it needs, and what higher floors
// add.
#pragma once

#include "py/bind.h"
#include "py/interpreter.h"

#include "apache/httpd.h"

#include "types/counters.h"

#include <array>
#include <atomic>
#include <memory>

namespace pyhook {

/// Who above types/ keeps something of its own per interpreter.
enum class Floor { hooks, authz, wsgi, loops, asgi, count };

struct State {
    explicit State(py::Interpreter &interpreter) : interpreter(interpreter) {}

    /// The state of the interpreter this thread is attached to.
    static State &current() noexcept { return of(*py::Interpreter::current()); }
    static State &of(const py::Interpreter &interpreter) noexcept { return *static_cast<State *>(interpreter.state); }

    /// What `Kept`, a type of a higher floor, keeps here; made at its first use. Making it may run Python, and so let
    /// another thread make it as well: the first to have done so wins.
    template <class Kept> Kept &kept() {
        KeptObject &place = floors[static_cast<std::size_t>(Kept::floor)];
        if (void *there = place.object.load(std::memory_order_acquire))
            return *static_cast<Kept *>(there);
        auto made = std::make_shared<Kept>();
        void *there = nullptr;
        if (!place.object.compare_exchange_strong(there, made.get(), std::memory_order_acq_rel))
            return *static_cast<Kept *>(there);
        place.owner = std::move(made);
        return *static_cast<Kept *>(place.owner.get());
    }

    /// The same, null where it was not made.
    template <class Kept> Kept *kept_already() const noexcept {
        return static_cast<Kept *>(
            floors[static_cast<std::size_t>(Kept::floor)].object.load(std::memory_order_acquire));
    }

    /// Gives up all Python objects: the interpreter is about to end. Attached.
    void forget() noexcept;

    py::Interpreter &interpreter;
    std::atomic<int> views{0};            // of records that have not ended
    std::atomic<bool> is_replaced{false}; // fresh code serves in its place
    Counters *counters = nullptr;         // never null once the interpreter is ready
    PyTypeObject *headers = nullptr;
    PyTypeObject *server = nullptr;
    PyTypeObject *connection = nullptr;
    PyTypeObject *request = nullptr;
    PyTypeObject *shared_dict = nullptr;
    PyTypeObject *filter = nullptr;
    PyTypeObject *worker = nullptr;
    py::ref http_error;
    py::ref body_error;
    py::ref request_ended;
    py::ref shared_full;
    py::ref namespace_type;
    py::ref line_that_ignores; // pyhook.filters
    /// PyHookOption values of a location as a read-only mapping; config/ is above this floor, so it is handed down.
    py::ref (*options_of)(const ap_conf_vector_t *per_dir_config) = nullptr;

private:
    struct KeptObject {
        std::atomic<void *> object = nullptr;
        std::shared_ptr<void> owner;
    };
    std::array<KeptObject, static_cast<std::size_t>(Floor::count)> floors;
};

} // namespace pyhook
