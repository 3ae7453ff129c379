#include "wsgi/state.h"

#include "wsgi/errors.h"
#include "wsgi/file_wrapper.h"
#include "wsgi/input.h"
#include "wsgi/start_response.h"

#include "py/poison.h"

namespace pyhook::wsgi {

WsgiState::WsgiState()
    : start_response(StartResponse::make_type()), input(Input::make_type()), file_wrapper(FileWrapper::make_type()),
      close(py::to_python("close")),
      environs(Errors::make(Errors::make_type()), reinterpret_cast<PyObject *>(file_wrapper)) {}

} // namespace pyhook::wsgi
