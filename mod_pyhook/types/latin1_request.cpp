#include "types/latin1_request.h"

#include <string_view>

#include "py/poison.h"

namespace pyhook {

namespace {

/// Reads httpd's bytes as latin-1, where pyhook has read them as UTF-8 with surrogateescape.
py::ref latin1(py::ref value) {
    PyObject *text = value.get();
    if (!PyUnicode_Check(text) || PyUnicode_IS_ASCII(text))
        return value;
    const py::ref bytes = py::check(PyUnicode_AsEncodedString(text, "utf-8", "surrogateescape"));
    return py::check(PyUnicode_DecodeLatin1(PyBytes_AS_STRING(bytes.get()), PyBytes_GET_SIZE(bytes.get()), nullptr));
}

py::ref text_from(py::borrowed value) {
    PyObject *object = value;
    if (PyUnicode_Check(object))
        return py::ref::share(value);
    if (PyBytes_Check(object))
        return py::check(PyUnicode_DecodeLatin1(PyBytes_AS_STRING(object), PyBytes_GET_SIZE(object), nullptr));
    return py::check(PyObject_Str(value));
}

/// Makes pyhook's text: of latin-1, or UTF-8 for what latin-1 has not.
py::ref native(py::borrowed value) {
    py::ref text = text_from(value);
    if (PyUnicode_IS_ASCII(text.get()) || PyUnicode_KIND(text.get()) != PyUnicode_1BYTE_KIND)
        return text;
    const auto *bytes = reinterpret_cast<const char *>(PyUnicode_1BYTE_DATA(text.get()));
    return py::check(PyUnicode_DecodeUTF8(bytes, PyUnicode_GET_LENGTH(text.get()), "surrogateescape"));
}

Request *shown_by(PyObject *self) noexcept { return static_cast<Latin1Request *>(self)->shown; }

// The closure of a text is the row of pyhook.Request.

PyObject *get_text(PyObject *self, void *closure) noexcept {
    return py::guarded<PyObject *>(nullptr, [&] {
        const auto &there = *static_cast<const PyGetSetDef *>(closure);
        return latin1(py::check(there.get(shown_by(self), there.closure))).release();
    });
}

int set_text(PyObject *self, PyObject *value, void *closure) noexcept {
    return py::guarded(-1, [&] {
        const char *name = static_cast<const PyGetSetDef *>(closure)->name;
        const py::ref given = value == nullptr ? py::ref() : value == Py_None ? py::none() : native(value);
        return py::check(PyObject_SetAttrString(shown_by(self), name, given.get()));
    });
}

int refuse_text(PyObject *, PyObject *, void *closure) noexcept {
    PyErr_Format(PyExc_TypeError, "req.%s is read-only", static_cast<const PyGetSetDef *>(closure)->name);
    return -1;
}

PyGetSetDef *row_of_request(std::string_view name) {
    for (PyGetSetDef &row : request_fields())
        if (name == row.name)
            return &row;
    throw std::logic_error("pyhook.Request has no such field");
}

std::vector<PyGetSetDef> texts() {
    std::vector<PyGetSetDef> rows;
    const auto add = [&](const char *name, const char *there, setter set) {
        PyGetSetDef *row = row_of_request(there);
        rows.push_back({name, &get_text, set, row->doc, row});
    };
    for (const char *name :
         {"the_request", "method", "protocol", "hostname", "range", "unparsed_uri", "content_encoding", "useragent_ip"})
        add(name, name, &refuse_text);
    for (const char *name :
         {"status_line", "uri", "filename", "canonical_filename", "path_info", "args", "user", "handler"})
        add(name, name, &set_text);
    add("ap_auth_type", "auth_type", &set_text);
    return rows;
}

PyObject *get_shown(PyObject *self, void *) noexcept { return Py_NewRef(shown_by(self)); }

std::span<PyGetSetDef> others() {
    static PyGetSetDef rows[] = {
        py::property<&Latin1Request::content_type, &Latin1Request::set_content_type>("content_type",
                                                                                     "Content-Type of the response."),
        py::property<&Latin1Request::content_type_set>("_content_type_set", "Has Python set it?"),
        {"pyhook", &get_shown, nullptr, "pyhook's Request of the same request.", nullptr},
    };
    return rows;
}

/// Gives the one view of a request: it lives as long as the request, and in all its phases.
PyObject *make(PyTypeObject *type, PyObject *arguments, PyObject *) noexcept {
    return py::guarded<PyObject *>(nullptr, [&] {
        PyObject *shown = PyTuple_GET_SIZE(arguments) == 1 ? PyTuple_GET_ITEM(arguments, 0) : Py_None;
        if (!Py_IS_TYPE(shown, State::current().request))
            py::raise(PyExc_TypeError, "expected a pyhook.Request");
        auto *request = static_cast<Request *>(shown);
        request->check_usable();
        if (request->latin1 != nullptr && Py_IS_TYPE(request->latin1, type))
            return Py_NewRef(request->latin1);
        auto *made = py::make<Latin1Request>(type);
        py::store(made->shown, py::ref::share(shown));
        py::store(request->latin1, py::ref::share(made));
        return static_cast<PyObject *>(made);
    });
}

} // namespace

py::ref Latin1Request::content_type() const { return latin1(py::to_python(shown->content_type())); }

void Latin1Request::set_content_type(py::ref value) {
    shown->set_content_type(py::c_text(native(value)));
    has_content_type = true;
}

void Latin1Request::write(py::body_data data, std::optional<Truth> flush) {
    if (!flush || flush->holds)
        shown->write_and_flush(std::move(data));
    else
        shown->write(std::move(data));
}

void add_latin1_request_type(py::borrowed module) {
    static auto *rows = [] {
        std::vector<PyGetSetDef> read = texts();
        return py::joined({std::span(read), others()});
    }();
    static PyMethodDef methods[] = {
        py::method<&Latin1Request::write, "write(data, flush=1)",
                   "Send a piece of the body, a str as UTF-8, at once unless `flush` is 0. Raises OSError.">(),
        py::method<&Latin1Request::flush, "flush()", "Send what has been written. Raises OSError.">(),
        {},
    };
    PyType_Slot slots[] = {
        py::slot(Py_tp_new, &make),
        py::slot(Py_tp_dealloc, &py::deallocate<Latin1Request>),
        py::slot(Py_tp_methods, methods),
        py::slot(Py_tp_getset, rows),
        {Py_tp_doc, const_cast<char *>("A request for interfaces that read httpd's texts as latin-1.")},
        {},
    };
    PyType_Spec spec = {"_pyhook._Latin1Request", sizeof(Latin1Request), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
                        slots};
    PyTypeObject *type = py::add_type(module, spec);
    py::clear(type); // the module owns it, too
}

} // namespace pyhook
