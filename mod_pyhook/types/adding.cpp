#include "types/adding.h"

#include "apache/filter.h"

#include "py/poison.h"

namespace pyhook {

namespace {

/// What httpd has for each of the two directions.
struct Chain {
    const char *kind;
    ap_filter_rec_t *(*find)(const char *name);
    ap_filter_t *(*add)(ap_filter_rec_t *filter, void *context, request_rec *r, conn_rec *c);
    ap_filter_t *conn_rec::*first;
};

constexpr Chain chains[] = {
    {"input", &ap_get_input_filter_handle, &ap_add_input_filter_handle, &conn_rec::input_filters},
    {"output", &ap_get_output_filter_handle, &ap_add_output_filter_handle, &conn_rec::output_filters},
};

/// The request that this thread serves on `c`, or null. httpd needs it to link a connection's filter into the chain of
/// the request.
request_rec *served_on(const conn_rec *c) {
    request_rec *r = serving::record();
    return r != nullptr && r->connection == c ? r : nullptr;
}

} // namespace

void add_filter(Direction direction, const char *name, request_rec *r, conn_rec *c) {
    const Chain &chain = chains[static_cast<std::size_t>(direction)];
    ap_filter_rec_t *filter = chain.find(name);
    if (filter == nullptr)
        py::raise(PyExc_LookupError, "there is no %s filter '%s'", chain.kind, name);
    const bool for_connections = filter->ftype >= AP_FTYPE_CONNECTION;
    if (r == nullptr && !for_connections)
        py::raise(PyExc_ValueError, "the %s filter '%s' is none of connections: add it to a request", chain.kind, name);
    if (r != nullptr && r->main != nullptr && filter->ftype >= AP_FTYPE_PROTOCOL && !for_connections)
        py::raise(PyExc_ValueError, "the %s filter '%s' would stay when this sub-request has ended: add it to req.main",
                  chain.kind, name);
    if (!for_connections || !apache::stands_in(c->*chain.first, filter))
        chain.add(filter, nullptr, r != nullptr ? r : served_on(c), c);
}

} // namespace pyhook
