// types/state.h: what _pyhook keeps for one interpreter: its types, the Python names it needs, and the data that the
// rooms above keep there.
#pragma once

#include "py/bind.h"
#include "py/interpreter.h"

#include "apache/httpd.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace pyhook {

struct Request;

/// The counters of one interpreter in one child, on cache lines of their own. They are only shown to people, so
/// no thread needs them in an order.
struct alignas(64) Counters {
    std::atomic<std::uint64_t> calls;
    std::atomic<std::uint64_t> errors;
    std::atomic<std::uint64_t> microseconds; // with ExtendedStatus On
    std::atomic<std::uint32_t> threads;      // thread states that exist
    std::atomic<std::uint32_t> requests;     // requests that Python has seen and that have not ended
    std::atomic<std::uint32_t> objects;      // Python's objects for requests, ended or not
    std::atomic<std::uint32_t> suspended;    // requests that hold no thread
    std::atomic<std::uint32_t> sockets;      // accepted WebSockets, with or without a thread
    std::atomic<std::uint32_t> busy;         // threads of httpd in calls
    py::Waits gil_waits;                     // of threads on their way in
    std::atomic<std::int64_t> loop_due;      // since when the event loop should have gone on (loops/lag.h)

    /// Counts one more while it lives. The counter outlives it.
    class Counted {
    public:
        explicit Counted(std::atomic<std::uint32_t> &counter) noexcept : counter_(counter) { add(counter_, 1U); }
        Counted(const Counted &) = delete;
        Counted &operator=(const Counted &) = delete;
        ~Counted() { add(counter_, ~0U); }

    private:
        std::atomic<std::uint32_t> &counter_;
    };

    template <class T> static void add(std::atomic<T> &counter, T amount) noexcept {
        counter.fetch_add(amount, std::memory_order_relaxed);
    }
};

struct State {
    explicit State(py::Interpreter &interpreter) : interpreter(interpreter) {}

    /// The state of the interpreter this thread is attached to.
    static State &current() noexcept { return of(*py::Interpreter::current()); }
    static State &of(const py::Interpreter &interpreter) noexcept { return *static_cast<State *>(interpreter.state); }

    /// This interpreter's object of a type `Kept` of a room above, made at its first use. Making it may run Python, so
    /// that another thread may make one as well; the first one is kept.
    template <class Kept> Kept &kept() {
        KeptObject &place = place_of(&key_of<Kept>);
        if (void *there = place.object.load(std::memory_order_acquire))
            return *static_cast<Kept *>(there);
        auto made = make<Kept>();
        void *there = nullptr;
        if (!place.object.compare_exchange_strong(there, made.get(), std::memory_order_acq_rel))
            return *static_cast<Kept *>(there);
        place.owner = std::move(made);
        return *static_cast<Kept *>(place.owner.get());
    }

    /// Like `kept`, but null if the object does not exist yet.
    template <class Kept> Kept *kept_already() const noexcept {
        for (const KeptObject &place : kept_)
            if (place.key.load(std::memory_order_acquire) == &key_of<Kept>)
                return static_cast<Kept *>(place.object.load(std::memory_order_acquire));
        return nullptr;
    }

    /// Gives up all Python objects, because the interpreter is about to end. Runs attached.
    void forget() noexcept;

    /// The callable of a target, or null until it is loaded. Null also for a target that an .htaccess file has named
    /// since the child started.
    PyObject *callable(std::size_t target) const noexcept {
        return target < callables.size() ? callables[target].load(std::memory_order_acquire) : nullptr;
    }

    /// True if the last try to load the target has failed. Any thread may ask, without Python.
    bool has_failed(std::size_t target) const noexcept { return target < failed.size() && failed[target]; }

    /// True if decorators have registered callables for the phase.
    bool has_registered(std::size_t phase) const noexcept { return (registered >> phase & 1) != 0; }

    py::Interpreter &interpreter;
    std::vector<std::atomic<PyObject *>> callables; // by target; call/callable owns them
    std::vector<std::atomic<bool>> failed;          // by target
    std::vector<std::atomic<bool>> called_by_loop;  // by target; of handlers (loops/coroutine.h)
    std::atomic<bool> has_called_by_loop{false};    // any of them
    std::uint64_t registered = 0;         // the phases for which decorators have registered callables, a bit each
    std::atomic<int> views{0};            // of records that have not ended
    std::atomic<bool> is_replaced{false}; // a new generation serves instead
    Counters *counters = nullptr;         // never null once the interpreter is ready
    PyTypeObject *headers = nullptr;
    PyTypeObject *server = nullptr;
    PyTypeObject *connection = nullptr;
    PyTypeObject *request = nullptr;
    PyTypeObject *shared_dict = nullptr;
    PyTypeObject *filter = nullptr;
    PyTypeObject *worker = nullptr;
    py::Spare spare_request; // the memory of a Request
    py::ref http_error;
    py::ref body_error;
    py::ref request_ended;
    py::ref shared_full;
    py::ref shared_away;
    py::ref request_timeout;
    py::ref namespace_type;
    py::ref line_that_ignores; // pyhook.filters

    // Functions that rooms above set for the types of this room.
    py::ref (*options_of)(const ap_conf_vector_t *per_dir_config) = nullptr; // PyHookOption, read-only
    py::ref (*environ_of)(Request &request) = nullptr;                       // a new WSGI environ

private:
    template <class Kept> std::shared_ptr<Kept> make() {
        if constexpr (std::is_constructible_v<Kept, State &>)
            return std::make_shared<Kept>(*this);
        else
            return std::make_shared<Kept>();
    }

    /// The address of this variable stands for the type.
    template <class Kept> static constexpr char key_of = 0;

    struct KeptObject {
        std::atomic<const char *> key = nullptr;
        std::atomic<void *> object = nullptr;
        std::shared_ptr<void> owner;
    };

    /// The place of a type, which never changes: the first one from that of its key on that no other type has taken.
    KeptObject &place_of(const char *key) noexcept {
        for (auto at = reinterpret_cast<std::uintptr_t>(key);; ++at) {
            KeptObject &place = kept_[at % most_kept];
            const char *there = place.key.load(std::memory_order_acquire);
            if (there == key || (there == nullptr && (place.key.compare_exchange_strong(there, key) || there == key)))
                return place;
        }
    }

    static constexpr std::size_t most_kept = 16; // there are fewer types than this
    std::array<KeptObject, most_kept> kept_;
};

/// Keeps an interpreter from ending. To be made while something else keeps it.
class StateClaim {
public:
    explicit StateClaim(State &state) noexcept : state_(&state) { state.views.fetch_add(1); }
    StateClaim(StateClaim &&other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
    StateClaim &operator=(StateClaim &&) = delete;
    ~StateClaim() {
        if (state_ != nullptr)
            state_->views.fetch_sub(1); // now it may end at any moment
    }

    State &operator*() const noexcept { return *state_; }

private:
    State *state_;
};

} // namespace pyhook
