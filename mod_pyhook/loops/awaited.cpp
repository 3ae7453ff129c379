#include "loops/awaited.h"

#include "py/poison.h"

namespace pyhook {

namespace {

PyObject *itself(PyObject *self) { return py::ref::share(self).release(); }

/// asyncio looks at `_asyncio_future_blocking` of what a task yields.
PyObject *next_step(PyObject *self) noexcept {
    auto &awaited = *static_cast<Awaited *>(self);
    if (awaited.outcome == Awaited::Outcome::told)
        return nullptr;
    awaited.blocks = true;
    return itself(self);
}

} // namespace

Awaited::Kind::Kind(py::borrowed of)
    : type(make_type()), loop(py::ref::share(of)), call_soon(py::attribute(of, "call_soon")),
      cancelled_error(py::attribute(py::import("asyncio"), "CancelledError")),
      run(py::check(PyUnicode_InternFromString("run"))) {}

py::ref Awaited::make(const Kind &kind) {
    auto *made = py::make<Awaited>(kind.type);
    made->kind = &kind;
    return py::ref::steal(made);
}

void Awaited::tell() {
    if (outcome != Outcome::none)
        return;
    outcome = Outcome::told;
    const py::ref called = py::ref::steal(std::exchange(callback, nullptr));
    const py::ref in = py::ref::steal(std::exchange(context, nullptr));
    if (!called)
        return;
    PyObject *arguments[] = {in.get(), called.get(), this};
    py::check(PyObject_VectorcallMethod(kind->run.get(), arguments, std::size(arguments), nullptr));
}

void Awaited::abandon() noexcept {
    py::clear(callback);
    py::clear(context);
}

void Awaited::add_done_callback(py::ref called, py::ref in) {
    py::store(callback, std::move(called));
    py::store(context, std::move(in));
    if (outcome != Outcome::none)
        call_soon();
}

bool Awaited::cancel(std::optional<py::ref> msg) {
    if (outcome != Outcome::none)
        return false;
    outcome = Outcome::cancelled;
    if (msg)
        py::store(message, std::move(*msg));
    if (callback != nullptr)
        call_soon();
    return true;
}

void Awaited::call_soon() {
    const py::ref called = py::ref::steal(std::exchange(callback, nullptr));
    const py::ref in = py::ref::steal(std::exchange(context, nullptr));
    const py::ref arguments = py::check(PyTuple_Pack(2, called.get(), this));
    const py::ref names = py::check(Py_BuildValue("{sO}", "context", in.get()));
    py::check(PyObject_Call(kind->call_soon.get(), arguments.get(), names.get()));
}

void Awaited::result() {
    if (outcome != Outcome::cancelled)
        return;
    PyErr_SetObject(kind->cancelled_error.get(), message);
    throw py::error();
}

void Awaited::drop() noexcept {
    abandon();
    py::clear(message);
}

PyTypeObject *Awaited::make_type() {
    static PyMethodDef methods[] = {
        py::method<&Awaited::get_loop, "get_loop()", "The event loop.">(),
        py::method<&Awaited::add_done_callback, "add_done_callback(callback, context)", "Call it at the end.">(),
        py::method<&Awaited::cancel, "cancel(msg=None)", "Cancel it, if it has not ended.">(),
        py::method<&Awaited::result, "result()", "None, or CancelledError is raised.">(),
        {},
    };
    static PyGetSetDef properties[] = {
        py::property<&Awaited::is_blocking, &Awaited::set_blocking>("_asyncio_future_blocking", "A task awaits it."),
        {},
    };
    PyType_Slot slots[] = {
        py::slot(Py_tp_dealloc, &py::deallocate<Awaited>),
        py::slot(Py_tp_methods, static_cast<PyMethodDef *>(methods)),
        py::slot(Py_tp_getset, static_cast<PyGetSetDef *>(properties)),
        py::slot(Py_tp_iter, &itself),
        py::slot(Py_tp_iternext, &next_step),
        py::slot(Py_am_await, &itself),
        {Py_tp_doc, const_cast<char *>("What a task awaits.")},
        {},
    };
    PyType_Spec spec = {"pyhook.loops.Awaited", sizeof(Awaited), 0,
                        Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};
    return py::make_type(spec);
}

} // namespace pyhook
