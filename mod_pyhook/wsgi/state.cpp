#include "wsgi/state.h"

#include "wsgi/file_wrapper.h"
#include "wsgi/input.h"
#include "wsgi/start_response.h"

#include "py/poison.h"

namespace pyhook::wsgi {

WsgiState::WsgiState()
    : start_response(StartResponse::make_type()), input(Input::make_type()), file_wrapper(FileWrapper::make_type()),
      close(py::to_python("close")), environs(py::call(py::attribute(py::import("pyhook.streams"), "LogStream"),
                                                       py::to_python("error"),
                                                       py::to_python("<wsgi.errors>")),
                                              reinterpret_cast<PyObject *>(file_wrapper)) {}

} // namespace pyhook::wsgi
