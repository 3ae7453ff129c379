#include "types/request.h"

#include "types/ending.h"
#include "types/server.h"

#include "py/poison.h"

namespace pyhook {

Request *Request::of(State &state, request_rec *r) {
    return view_of(views_of<Request, &end_views>(r->request_config, r->pool), state, state.request, r, r->connection);
}

Request *Request::find(State &state, request_rec *r) {
    Request *known = known_view<Request>(r->request_config, state);
    return known != nullptr ? known : make(state, r);
}

[[gnu::flatten]] Request *Request::make(State &state, request_rec *r) {
    try {
        return of(state, r);
    } catch (const py::error &) {
        py::write_unraisable({});
        return nullptr;
    }
}

/// A cleanup may call other interpreters, by what it logs for example, which then find their views or make them.
void Request::end_views(Views<Request> &views) noexcept {
    const auto run_cleanups = [](Request &view) {
        if (view.cleanups != nullptr && !exiting() && !py::forked())
            view.run_cleanups();
    };
    views.each(run_cleanups);
    views.take_each([&](Request &view) {
        run_cleanups(view);
        if (view.shows_tables)
            for (Headers *table : view.tables)
                if (table != nullptr)
                    table->end();
        view.end();
        Counters::add(view.state->counters->requests, ~0U);
        let_go(view, view.namespace_ != nullptr || view.cleanups != nullptr || view.latin1 != nullptr, [&] {
            const serving nothing(nullptr); // what a `__del__` sent by another request would go amid what is being sent
            py::clear(view.namespace_);
            py::clear(view.cleanups);
            py::clear(view.latin1);
        });
    });
}

/// Runs the cleanups in reverse order, as httpd does. The request can still be used meanwhile.
void Request::run_cleanups() noexcept {
    py::attached here(state->interpreter);
    const serving request(connection, this);
    while (const Py_ssize_t left = PyList_GET_SIZE(cleanups)) { // a cleanup may add another one
        const py::ref entry = py::ref::share(PyList_GET_ITEM(cleanups, left - 1));
        py::guarded(0, [&] {
            py::check(PyList_SetSlice(cleanups, left - 1, left, nullptr));
            py::check(PyObject_CallObject(PyTuple_GET_ITEM(entry.get(), 0), PyTuple_GET_ITEM(entry.get(), 1)));
            return 0;
        });
        if (PyErr_Occurred() != nullptr)
            py::write_unraisable(PyTuple_GET_ITEM(entry.get(), 0));
    }
}

void Request::drop() noexcept {
    if (shows_tables)
        for (Headers *&table : tables)
            py::clear(table);
    py::clear(namespace_);
    py::clear(cleanups);
    py::clear(latin1);
    Counters::add(state->counters->objects, ~0U);
}

void Request::check_on_other_call() const {
    AnyView::check_usable();
    check_is_current(record());
}

void Request::check_usable() const {
    const request_rec *own = serving::own_record();
    if (own == nullptr || own != record() || py::forked())
        check_on_other_call();
}

/// A filter can't read or write the stream that it is part of.
void Request::check_not_in_filter(Direction direction) const {
    if (Custody::here() != nullptr && serving::connection() == nullptr)
        py::raise(PyExc_RuntimeError, "a coroutine does not wait for its client like this: the event loop would stand "
                                      "still; await aread() or awrite(), or call it from a plain handler");
    if (!filtering::runs(connection, direction))
        return;
    if (direction == Direction::output)
        py::raise(
            PyExc_RuntimeError,
            "a filter has no other output than what it yields, a callable of a socket none but what it returns, and "
            "one of the error log none");
    py::raise(PyExc_RuntimeError,
              "a filter has no other input than the chunks it is given, a callable of the error log and a balancer "
              "method none");
}

namespace {

PyObject *represent(PyObject *self) noexcept {
    const auto &view = *static_cast<Request *>(self);
    if (view.has_ended())
        return PyUnicode_FromString("<Request that has ended>");
    return py::guarded<PyObject *>(nullptr, [&] {
        view.check_usable();
        const py::ref method = py::to_python(view.record()->method);
        const py::ref uri = py::to_python(static_cast<const char *>(view.record()->uri));
        return PyUnicode_FromFormat("<Request %S %S>", method.get(), uri.get());
    });
}

bool is_field_of(PyTypeObject *type, PyObject *name) noexcept {
    const py::error_kept kept;
    return PyObject_HasAttr(reinterpret_cast<PyObject *>(type), name) != 0;
}

/// The request objects of other servers take any attribute. This exception says where such data belongs here.
int set_attribute(PyObject *self, PyObject *name, PyObject *value) noexcept {
    const int result = PyObject_GenericSetAttr(self, name, value);
    if (result == 0 || !py::pending(PyExc_AttributeError) || is_field_of(Py_TYPE(self), name))
        return result;
    PyErr_Format(PyExc_AttributeError,
                 "a request has no field %R: what is yours goes into req.state, as in req.state.%U", name, name);
    return result;
}

PyObject *iterate(PyObject *self) noexcept {
    return py::guarded<PyObject *>(nullptr, [&] {
        static_cast<Request *>(self)->check_usable();
        return Py_NewRef(self);
    });
}

PyObject *next_line(PyObject *self) noexcept {
    return py::guarded<PyObject *>(nullptr, [&]() -> PyObject * {
        auto &request = *static_cast<Request *>(self);
        const auto use = py::use_of(request);
        return request.next_line().release();
    });
}

PyObject *iterate_asynchronously(PyObject *self) noexcept {
    return py::guarded<PyObject *>(nullptr, [&] {
        static_cast<Request *>(self)->check_usable();
        return py::call(py::attribute(py::import("pyhook.loops"), "pieces_of"), self).release();
    });
}

} // namespace

void add_request_type(State &state, py::borrowed module) {
    static auto *methods =
        py::joined({request_body_methods(), request_response_methods(), request_elsewhere_methods()});
    static auto *fields = py::joined({request_fields()});
    PyType_Slot slots[] = {
        py::slot(Py_tp_dealloc, &py::deallocate<Request>),
        py::slot(Py_tp_repr, &represent),
        py::slot(Py_tp_setattro, &set_attribute),
        py::slot(Py_tp_iter, &iterate),
        py::slot(Py_tp_iternext, &next_line),
        py::slot(Py_am_aiter, &iterate_asynchronously),
        py::slot(Py_tp_methods, methods),
        py::slot(Py_tp_getset, fields),
        {Py_tp_doc, const_cast<char *>("A request (httpd's request_rec). Iterating gives the lines of its body.")},
        {},
    };
    PyType_Spec spec = {"_pyhook.Request", sizeof(Request), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
                        slots};
    state.request = py::add_type(module, spec);
#ifdef PYHOOK_NO_SPARE // AddressSanitizer would not see who uses a Request that has gone
    state.spare_request.close();
#endif
}

} // namespace pyhook
