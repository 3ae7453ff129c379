#include "call/forked.h"
#include "loops/event_loop.h"

#include "py/poison.h"

namespace pyhook {

/// A forked process shares the eventfd and the inbox, and would take its parent's requests.
void Inbox::check_usable() const noexcept { leave_if_forked(ap_server_conf, {"loop", "a coroutine"}); }

PyTypeObject *Inbox::make_type() {
    static PyMethodDef methods[] = {
        py::method<&Inbox::fileno, "fileno()", "The descriptor that is readable when something was handed over.">(),
        py::method<&Inbox::sockets, "sockets()", "The descriptor that is readable when a socket may be.">(),
        py::method<&Inbox::hear, "hear()", "Like take(), after the sockets of WebSockets were read.">(),
        py::method<&Inbox::take, "take()", "Begin and go on with what was handed over; False: the loop is to stop.">(),
        py::method<&Inbox::go_on, "go_on()", "What was handed over was taken: let finished requests go on.">(),
        py::method<&Inbox::watch, "watch()", "Cancel tasks whose clients have gone; are there others?">(),
        py::method<&Inbox::cancel_all, "cancel_all()", "Cancel all tasks of requests.">(),
        py::method<&Inbox::prepare, "prepare(loop, begin_task)", "What the loop calls.">(),
        {},
    };
    PyType_Slot slots[] = {
        py::slot(Py_tp_dealloc, &py::deallocate<Inbox>),
        py::slot(Py_tp_methods, static_cast<PyMethodDef *>(methods)),
        {Py_tp_doc, const_cast<char *>("Where requests are handed to an event loop.")},
        {},
    };
    PyType_Spec spec = {"pyhook.loops.Inbox", sizeof(Inbox), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
                        slots};
    return py::make_type(spec);
}

} // namespace pyhook
