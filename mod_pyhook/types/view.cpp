#include "types/view.h"

#include "py/poison.h"

namespace pyhook {

void refuse_if_forked(const char *what) {
    if (py::forked())
        py::raise(PyExc_RuntimeError, "a forked process can't use the %s: its client belongs to httpd", what);
}

namespace {

const request_rec *first_of(const request_rec *r) noexcept {
    while (r->main != nullptr || r->prev != nullptr)
        r = r->main != nullptr ? r->main : r->prev;
    return r;
}

} // namespace

void AnyView::check_usable() const { check_usable(serving::connection_for(connection) == connection); }

void AnyView::check_is_current(const request_rec *r) const {
    const request_rec *served = serving::record_on(r->connection);
    if (served != nullptr && first_of(served) != first_of(r))
        py::raise(state->request_ended, "the Request has been answered: the next one of its connection is served");
}

void AnyView::refuse(bool is_served) const {
    if (has_ended() && !state->request_ended)
        py::raise(PyExc_RuntimeError, "its interpreter ends");
    if (has_ended())
        py::raise(state->request_ended, "the %s has ended", type_name());
    refuse_if_forked(type_name());
    if (!is_served && Custody::here() != nullptr)
        py::raise(PyExc_RuntimeError, "the %s is being read or written: await that first", type_name());
    py::raise(PyExc_RuntimeError, "another thread is serving this request: take what you need before you hand on");
}

} // namespace pyhook
