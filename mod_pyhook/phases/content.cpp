#include "py/attach.h"

#include "apache/framing.h"
#include "apache/log.h"
#include "apache/response.h"

#include "call/exception.h"
#include "call/transmission.h"
#include "phases/answer.h"

#include "py/poison.h"

namespace pyhook {

namespace {

void default_type(request_rec *r, py::borrowed piece) {
    if (r->content_type == nullptr && PyUnicode_Check(static_cast<PyObject *>(piece)))
        ap_set_content_type(r, "text/html; charset=utf-8");
}

/// Closes an iterator that was not run to its end, as PEP 3333 does: its `finally` blocks run now.
class Iteration {
public:
    explicit Iteration(py::borrowed iterator) : iterator_(py::ref::share(iterator)) {}
    Iteration(const Iteration &) = delete;
    Iteration &operator=(const Iteration &) = delete;

    /// The next piece, or an empty reference at the end.
    py::ref next() {
        py::ref piece = py::ref::steal(PyIter_Next(iterator_.get()));
        if (!piece && PyErr_Occurred() != nullptr)
            throw py::error();
        return piece;
    }

    void close() {
        if (PyObject_HasAttrString(iterator_.get(), "close") != 0)
            py::check(PyObject_CallMethod(iterator_.get(), "close", nullptr));
    }

private:
    py::ref iterator_;
};

/// A failure is only logged: the client has all pieces.
void close(Iteration &pieces, request_rec *r, const Site &site, Transmission &body) {
    try {
        body.while_making([&] { pieces.close(); });
    } catch (const py::error &) {
        report(r, code::raised, site, "raised in close()", py::take_exception().get());
    }
}

/// False if the client has gone, or has its answer.
bool stream(request_rec *r, Iteration &pieces, Transmission &body) {
    const auto next = [&] { return pieces.next(); };
    for (py::ref piece = body.while_making(next); piece; piece = body.while_making(next)) {
        if (!py::body_data::accepts(piece))
            py::raise(PyExc_TypeError, "a body is made of bytes or str, not %.100s", Py_TYPE(piece.get())->tp_name);
        const py::body_data data(piece);
        if (data.view().empty())
            continue;
        default_type(r, piece);
        body.add(data.view());
        if (body.client_has_gone() || apache::is_complete(r))
            return false;
        if (r->header_only != 0) { // the head goes out now: it would say the length of this piece otherwise
            body.pass(apache::Then::flush);
            break;
        }
    }
    return true;
}

} // namespace

bool is_body(py::borrowed result) noexcept {
    return py::body_data::accepts(result) || PyIter_Check(static_cast<PyObject *>(result)) != 0;
}

bool is_small_body(py::borrowed result) noexcept {
    PyObject *body = result;
    const Py_ssize_t size = PyBytes_Check(body)     ? PyBytes_GET_SIZE(body)
                            : PyUnicode_Check(body) ? PyUnicode_GET_LENGTH(body) * 4
                                                    : PY_SSIZE_T_MAX;
    return size <= static_cast<Py_ssize_t>(Transmission::rather_copied);
}

int send_body(Request &request, const Site &site, py::borrowed result, Transmission &body) {
    request_rec *r = request.record();
    if (apache::is_complete(r)) {
        note(r, site, "returned a body when the response was complete");
        return OK;
    }
    if (py::body_data::accepts(result)) {
        const py::body_data data(result);
        default_type(r, result);
        body.send_all(data.view());
        return OK;
    }
    apache::keep_framing(r);
    Iteration pieces(result);
    int status = OK;
    try {
        if (stream(r, pieces, body))
            body.complete();
    } catch (const py::error &) {
        body.abandon();
        status = fail(r, site, status_of_exception(r, site));
    }
    close(pieces, r, site, body);
    return status;
}

} // namespace pyhook
