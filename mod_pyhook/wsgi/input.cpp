#include "wsgi/input.h"

#include "py/attach.h"

#include "py/poison.h"

namespace pyhook::wsgi {

namespace {

/// A writable buffer, held while it is filled.
class Writable {
public:
    explicit Writable(py::borrowed object) { py::check(PyObject_GetBuffer(object, &buffer_, PyBUF_WRITABLE)); }
    Writable(const Writable &) = delete;
    Writable &operator=(const Writable &) = delete;
    ~Writable() { PyBuffer_Release(&buffer_); }

    std::span<char> bytes() const { return {static_cast<char *>(buffer_.buf), static_cast<std::size_t>(buffer_.len)}; }

private:
    Py_buffer buffer_{};
};

PyObject *next_line(PyObject *self) noexcept {
    return py::guarded<PyObject *>(nullptr, [&] {
        auto &input = *static_cast<Input *>(self);
        input.check_usable();
        return input.request->next_line().release();
    });
}

} // namespace

std::size_t Input::readinto(py::borrowed buffer) {
    const Writable place(buffer);
    return request->read_into(place.bytes());
}

py::ref Input::make(PyTypeObject *type, Request &request) {
    auto *made = py::make<Input>(type);
    py::store(made->request, py::ref::share(&request));
    return py::ref::steal(made);
}

PyTypeObject *Input::make_type() {
    static PyMethodDef methods[] = {
        py::method<&Input::read, "read(size=-1)", "Up to `size` bytes, all by default; b'' at the end.">(),
        py::method<&Input::readline, "readline(size=-1)", "The next line with its end; b'' at the end.">(),
        py::method<&Input::readlines, "readlines(hint=-1)", "The lines, until `hint` bytes are reached.">(),
        py::method<&Input::readinto, "readinto(buffer)", "Fill `buffer`; the number of bytes, 0 at the end.">(),
        py::method<&Input::close, "close()", "Does nothing: httpd reads what an application leaves.">(),
        {},
    };
    PyType_Slot slots[] = {
        py::slot(Py_tp_dealloc, &py::deallocate<Input>),
        py::slot(Py_tp_iter, &PyObject_SelfIter),
        py::slot(Py_tp_iternext, &next_line),
        py::slot(Py_tp_methods, static_cast<PyMethodDef *>(methods)),
        {Py_tp_doc, const_cast<char *>("The body of a request.")},
        {},
    };
    PyType_Spec spec = {"pyhook.wsgi.Input", sizeof(Input), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
                        slots};
    return py::make_type(spec);
}

int receive(Request &request, gateway::BodyLength &length) {
    request_rec *r = request.record();
    apr_off_t most = 0;
    if (const int problem = gateway::plan_body(r, length, most); problem != OK || most == 0)
        return problem;
    apr_off_t received = 0;
    const apr_status_t status = py::while_detached([&] { return request.body().receive_all(most, received); });
    if (status != APR_SUCCESS)
        return ap_map_http_request_error(status, HTTP_BAD_REQUEST);
    length.received = received;
    return OK;
}

} // namespace pyhook::wsgi
