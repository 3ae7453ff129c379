#include "call/forked.h"

#include "apache/log.h"

#include <string>
#include <unistd.h>

#include "py/poison.h"

namespace pyhook {

namespace {

template <class Record> [[noreturn]] void leave_as_forked(Record *record, const Site &site) noexcept {
    if (PyErr_Occurred() != nullptr && py::pending(PyExc_SystemExit))
        _exit(py::exit_status());
    apache::log(APLOG_ERR, record, std::string(code::forked) + ": a process forked by " + site.callable + " came back");
    _exit(1);
}

} // namespace

void detail::leave(conn_rec *c, const Site &site) noexcept { leave_as_forked(c, site); }
void detail::leave(server_rec *s, const Site &site) noexcept { leave_as_forked(s, site); }

} // namespace pyhook
