// wsgi/state.h: what the adapter keeps for one interpreter, so that a request makes few objects.
#pragma once

#include "types/state.h"
#include "wsgi/environ.h"
#include "wsgi/file_wrapper.h"

namespace pyhook::wsgi {

struct WsgiState {
    WsgiState();

    PyTypeObject *start_response;
    PyTypeObject *input;
    PyTypeObject *file_wrapper;
    py::ref close; // the name
    PlainFiles plain_files;
    Environs environs;
};

} // namespace pyhook::wsgi
