#include "call/callbacks.h"

#include "call/codes.h"

#include "py/poison.h"

namespace pyhook {

void call_plainly(const Site &site, py::borrowed function, server_rec *s) noexcept {
    try {
        const leaving_if_forked here(s, site);
        py::call(function);
    } catch (const py::error &) {
        report(s, code::raised, site, "raised", py::take_exception().get());
    }
}

void run_callbacks(const char *event, server_rec *s) noexcept {
    try {
        const py::ref callbacks = py::attribute(py::import("pyhook.life"), "callbacks");
        const py::ref registered = py::check(PyMapping_GetItemString(callbacks.get(), event));
        const py::ref functions = py::check(PySequence_List(registered.get()));
        py::check(PyObject_CallMethod(registered.get(), "clear", nullptr)); // each event comes once
        for (Py_ssize_t at = 0; at < PyList_GET_SIZE(functions.get()); ++at) {
            const Registered one = registered_from(PyList_GET_ITEM(functions.get(), at));
            call_plainly({event, one.name.c_str()}, one.callable, s);
        }
    } catch (const py::error &) {
        report(s, code::raised, {event, "pyhook.life"}, "raised", py::take_exception().get());
    }
}

} // namespace pyhook
