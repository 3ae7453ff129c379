// wsgi/start_response.h: the callable that an application gets, and the `write` that it returns.
#pragma once

#include "types/state.h"
#include "wsgi/response.h"

namespace pyhook::wsgi {

/// An application may keep it. After the request it only raises.
struct StartResponse : PyObject {
    vectorcallfunc vectorcall;
    State *state;
    std::atomic<Response *> response; // null after the request
    conn_rec *connection;

    /// The response, for the thread that serves it. Throws on another thread and after the request.
    Response &current() const;
    void drop() noexcept {}

    static py::ref make(State &state, PyTypeObject *type, Response &response, conn_rec *connection);
    static PyTypeObject *make_type();
};

} // namespace pyhook::wsgi
