#include "wsgi/start_response.h"

#include "types/view.h"

#include <structmember.h>

#include "py/poison.h"

namespace pyhook::wsgi {

namespace {

PyObject *write(PyObject *self, PyObject *data) noexcept {
    return py::guarded<PyObject *>(nullptr, [&] {
        Response &response = static_cast<StartResponse *>(self)->current();
        if (!PyBytes_Check(data))
            py::raise(PyExc_TypeError, "write() takes bytes, not %.100s", Py_TYPE(data)->tp_name);
        if (PyBytes_GET_SIZE(data) > 0 && response.wants_more())
            response.send({PyBytes_AS_STRING(data), static_cast<std::size_t>(PyBytes_GET_SIZE(data))});
        if (response.client_has_gone())
            py::raise(PyExc_ConnectionAbortedError, "the client has gone");
        return py::none().release();
    });
}

PyMethodDef write_method = {"write", &write, METH_O, "write(data)\n--\n\nSend a piece of the body now."};

PyObject *call(PyObject *self, PyObject *const *given, std::size_t flagged_count, PyObject *keywords) noexcept {
    return py::guarded<PyObject *>(nullptr, [&] {
        std::array<PyObject *, 3> arguments{};
        py::detail::sort_arguments("start_response", "status, headers, exc_info=None", arguments, given,
                                   PyVectorcall_NARGS(flagged_count), keywords);
        for (std::size_t index = 0; index < 2; ++index)
            if (arguments[index] == nullptr)
                py::detail::raise_missing("start_response", index);
        Response &response = static_cast<StartResponse *>(self)->current();
        response.start(arguments[0], arguments[1], arguments[2] == nullptr ? Py_None : arguments[2]);
        return py::check(PyCFunction_New(&write_method, self)).release();
    });
}

} // namespace

Response &StartResponse::current() const {
    Response *mine = response;
    if (mine == nullptr)
        py::raise(state->request_ended, "the request of this start_response has ended");
    refuse_if_forked("response");
    if (serving::connection() != connection)
        py::raise(PyExc_RuntimeError, "another thread is serving this request");
    return *mine;
}

py::ref StartResponse::make(State &state, PyTypeObject *type, Response &response, conn_rec *connection) {
    auto *made = py::make<StartResponse>(type);
    made->vectorcall = &call;
    made->state = &state;
    made->response = &response;
    made->connection = connection;
    return py::ref::steal(made);
}

PyTypeObject *StartResponse::make_type() {
    static PyMemberDef members[] = {
        {"__vectorcalloffset__", T_PYSSIZET, sizeof(PyObject), READONLY, nullptr}, // the first field of StartResponse
        {},
    };
    PyType_Slot slots[] = {
        py::slot(Py_tp_dealloc, &py::deallocate<StartResponse>),
        py::slot(Py_tp_call, &PyVectorcall_Call),
        py::slot(Py_tp_members, static_cast<PyMemberDef *>(members)),
        {Py_tp_doc, const_cast<char *>("start_response(status, headers, exc_info=None) of PEP 3333.")},
        {},
    };
    PyType_Spec spec = {"pyhook.wsgi.StartResponse", sizeof(StartResponse), 0,
                        Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};
    return py::make_type(spec);
}

} // namespace pyhook::wsgi
