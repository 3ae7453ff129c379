// types/view.h: a Python object that shows an httpd record and knows when that record has ended.
#pragma once

#include "types/serving.h"
#include "types/state.h"

#include <atomic>

namespace pyhook {

template <class Object> struct Views; // types/ending.h

/// Throws RuntimeError in a process that Python code forked.
void refuse_if_forked(const char *what);

/// Base of every view. CPython allocates it zeroed and runs no constructor, so all fields are trivial.
struct AnyView : PyObject {
    State *state;
    conn_rec *connection; // the thread that serves it may use the view; may have ended when the view has
    std::atomic<void *> shown;
    py::Retired retired;

    /// Throws RequestEnded if the record has ended, and RuntimeError on a thread that does not serve it.
    void check_usable() const;

    /// For a view of `r` or of what belongs to `r`: throws RequestEnded if its connection serves the next request. A
    /// request whose response is complete waits among the output of its connection, and ends when that is sent: in the
    /// middle of whatever is done with the request meanwhile.
    void check_is_current(const request_rec *r) const;

    /// Cuts the view off, because the record is about to end. Needs no Python, so any thread may call it.
    void end() noexcept { shown.store(nullptr, std::memory_order_release); }
    bool has_ended() const noexcept { return shown.load(std::memory_order_acquire) == nullptr; }

    /// The type's name for messages, "Request" for example.
    const char *type_name() const noexcept { return strrchr(Py_TYPE(this)->tp_name, '.') + 1; }

protected:
    void check_usable(bool is_served) const {
        if (!is_served || has_ended() || py::forked())
            refuse(is_served);
    }

private:
    [[noreturn]] void refuse(bool is_served) const;
};

template <class Record> struct View : AnyView {
    /// May be called only after check_usable, which every trampoline calls.
    Record *record() const noexcept { return static_cast<Record *>(shown.load(std::memory_order_relaxed)); }
};

/// `view.ended`, which may be read at any time.
template <class Object> PyObject *get_ended(PyObject *self, void *) noexcept {
    return py::to_python(static_cast<Object *>(self)->has_ended()).release();
}

/// A new object, in the memory of a former one where the type keeps a spare.
template <class Object> Object *new_view(State &state, PyTypeObject *type) {
    if constexpr (requires { Object::spare_of(state); })
        return Object::spare_of(state).template make<Object>(type);
    else
        return py::make<Object>(type);
}

/// A new view of `record`. The caller owns it.
template <class Object, class Record>
Object *make_view(State &state, PyTypeObject *type, Record *record, conn_rec *connection) {
    auto *view = new_view<Object>(state, type);
    view->state = &state;
    view->connection = connection;
    view->shown.store(record, std::memory_order_relaxed);
    return view;
}

} // namespace pyhook
