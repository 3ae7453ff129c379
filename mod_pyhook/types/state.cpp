#include "types/state.h"

#include "py/poison.h"

namespace pyhook {

void State::forget() noexcept {
    for (KeptObject &each : kept_) {
        each.owner.reset();
        each.object = nullptr;
    }
    spare_request.close();
    for (py::ref *object : {&http_error, &body_error, &request_ended, &shared_full, &shared_away, &request_timeout,
                            &namespace_type, &line_that_ignores})
        *object = py::ref();
    for (PyTypeObject **type : {&headers, &server, &connection, &request, &shared_dict, &filter, &worker})
        py::clear(*type);
}

} // namespace pyhook
