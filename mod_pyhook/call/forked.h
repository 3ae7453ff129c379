// call/forked.h: a process that Python code has forked does not go on as a second httpd child.
#pragma once

#include "py/interpreter.h"

#include "call/entry.h"

namespace pyhook {

namespace detail {
[[noreturn]] void leave(conn_rec *c, const Site &site) noexcept;
[[noreturn]] void leave(server_rec *s, const Site &site) noexcept;
} // namespace detail

/// A process that Python code forked must not go on as a second httpd child on the same connection: it ends here, with
/// the status of a pending SystemExit. To be asked whenever a call into Python has come back.
template <class Record> void leave_if_forked(Record *record, const Site &site) noexcept {
    if (py::forked())
        detail::leave(record, site);
}
inline void leave_if_forked(request_rec *r, const Site &site) noexcept { leave_if_forked(r->connection, site); }

/// Asks when a scope is left, by an exception too: around calls into Python that no request is known for.
class leaving_if_forked {
public:
    leaving_if_forked(server_rec *s, const Site &site) noexcept : s_(s), site_(site) {}
    leaving_if_forked(const leaving_if_forked &) = delete;
    leaving_if_forked &operator=(const leaving_if_forked &) = delete;
    ~leaving_if_forked() { leave_if_forked(s_, site_); }

private:
    server_rec *s_;
    Site site_;
};

} // namespace pyhook
