// loops/awaited.h: what a task awaits until an exchange has something for it.
#pragma once

#include "py/bind.h"

namespace pyhook {

/// asyncio takes an object with these methods for a Future. When a Future is done, the loop runs the task that waits in
/// its next round; `tell` runs the task itself. One task may await it.
struct Awaited : PyObject {
    /// What all of one event loop have in common.
    struct Kind {
        explicit Kind(py::borrowed loop);

        PyTypeObject *type;
        py::ref loop;
        py::ref call_soon;
        py::ref cancelled_error;
        py::ref run; // the name of the method of a context
    };

    enum class Outcome : char { none, told, cancelled };

    const Kind *kind;
    PyObject *callback; // of the task that waits; null if none does
    PyObject *context;
    PyObject *message; // of the cancellation
    Outcome outcome;
    bool blocks;

    static py::ref make(const Kind &kind);

    /// Lets the task go on. Runs attached on the loop's thread, while no task is executed.
    void tell();

    /// Nothing will be told, so that a task that waits for ever can be freed.
    void abandon() noexcept;

    // Functions for asyncio.

    void check_usable() const noexcept {}
    bool is_blocking() const { return blocks; }
    void set_blocking(bool value) { blocks = value; }
    py::ref get_loop() { return kind->loop.copy(); }
    void add_done_callback(py::ref callback, py::ref context);
    bool cancel(std::optional<py::ref> msg);
    void result();
    void drop() noexcept;

private:
    static PyTypeObject *make_type();
    void call_soon();
};

} // namespace pyhook
