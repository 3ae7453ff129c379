#include "types/view.h"

#include "py/poison.h"

namespace pyhook {

void AnyView::check_usable() const {
    if (has_ended())
        py::raise(state->request_ended, "the %s has ended", strrchr(Py_TYPE(this)->tp_name, '.') + 1);
    if (py::Runtime::forked())
        py::raise(PyExc_RuntimeError, "a forked process can't use the %s: its client belongs to httpd",
                  strrchr(Py_TYPE(this)->tp_name, '.') + 1);
    conn_rec *served = serving::connection();
    if (served != connection && (served == nullptr || served->master != connection))
        py::raise(PyExc_RuntimeError, "another thread is serving this request: take what you need before you hand on");
}

} // namespace pyhook
