#include "types/filter.h"

#include "py/poison.h"

namespace pyhook {

Filter *Filter::show(State &state, ap_filter_t *f, const char *name, Direction direction) {
    auto *view = make_view<Filter>(state, state.filter, f, f->c);
    state.views.fetch_add(1);
    view->given_name = name;
    view->direction = direction;
    return view;
}

void Filter::check_usable() const {
    AnyView::check_usable();
    if (record()->r != nullptr)
        check_is_current(record()->r);
}

void Filter::drop() noexcept {
    py::clear(generator);
    py::clear(sent);
}

py::ref Filter::request() const {
    request_rec *r = record()->r;
    if (r == nullptr)
        py::raise(PyExc_RuntimeError, "a connection filter serves no single request: use f.connection");
    return py::ref::share(Request::of(*state, r));
}

py::ref Filter::connection_object() const { return py::ref::share(Connection::of(*state, record()->c)); }

void Filter::decline() {
    if (has_begun || has_taken)
        py::raise(PyExc_RuntimeError,
                  "too late to decline: only before the first output, with the first chunk in hand");
    has_declined = true;
}

void Filter::end_stream() { has_ended_early = true; }

namespace {

PyObject *represent(PyObject *self) noexcept {
    const auto &view = *static_cast<Filter *>(self);
    return PyUnicode_FromFormat("<Filter %s%s>", view.given_name, view.has_ended() ? ", ended" : "");
}

PyMethodDef methods[] = {
    py::method<&Filter::decline,
               "decline()",
               "Leave the stream as it is: the chunk in hand and all that follow pass untouched.">(),
    py::method<&Filter::end_stream,
               "end()",
               "End the stream after the next output: what else comes in is thrown away.">(),
    {},
};

PyGetSetDef properties[] = {
    {"ended", &get_ended<Filter>, nullptr, "True once the stream has ended; never raises.", nullptr},
    py::property<&Filter::name>("name", "The name that the directive gave it."),
    py::property<&Filter::is_input>("is_input", "Does it filter what the client sends?"),
    py::property<&Filter::request>("request",
                                   "The request whose body passes (Request); RuntimeError in a connection filter."),
    py::property<&Filter::connection_object>("connection", "The client's connection (Connection)."),
    {},
};

PyType_Slot slots[] = {
    py::slot(Py_tp_dealloc, &py::deallocate<Filter>),
    py::slot(Py_tp_repr, &represent),
    py::slot(Py_tp_methods, methods),
    py::slot(Py_tp_getset, properties),
    {Py_tp_doc, const_cast<char *>("One stream through a filter (httpd's ap_filter_t).")},
    {},
};

PyType_Spec spec = {"_pyhook.Filter", sizeof(Filter), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};

} // namespace

void add_filter_type(State &state, py::borrowed module) { state.filter = py::add_type(module, spec); }

} // namespace pyhook
