#include "apache/table.h"

#include "processes/look.h"

#include <sys/wait.h>

extern "C" {
#include <mod_status.h>
}

namespace pyhook::processes {

namespace {

const char *last_end_of(apr_pool_t *pool, int status) {
    if (WIFSIGNALED(status))
        return apr_psprintf(pool, "signal %d", WTERMSIG(status));
    return status == 0 ? "-" : apr_psprintf(pool, "exit status %d", WEXITSTATUS(status));
}

void show_process(request_rec *r, const Seen &process, bool brief) {
    const char *format = brief ? "PyHookProcess[%s]: pid=%d state=%s busy=%u sockets=%u requests=%" APR_UINT64_T_FMT
                                 " starts=%u memory=%ldM age=%lds last-end=\"%s\"\n"
                               : "<tr><td>%s</td><td>%d</td><td>%s</td><td>%u</td><td>%u</td><td>%" APR_UINT64_T_FMT
                                 "</td><td>%u</td><td>%ld</td><td>%ld</td><td>%s</td></tr>\n";
    ap_rprintf(r, format, process.name().c_str(), process.pid, process.state(), process.busy, process.sockets,
               process.requests, process.starts, process.memory >> 20, process.age,
               last_end_of(r->pool, process.last_end));
}

int show(request_rec *r, int flags) noexcept {
    const bool brief = (flags & AP_STATUS_SHORT) != 0;
    const auto all = apache::elements<ProcessesDefinition *>(ServerConfig::of(ap_server_conf).processes);
    if (all.empty())
        return DECLINED;
    if (!brief)
        ap_rputs("<table "
                 "border=\"0\"><tr><th>Process</th><th>PID</th><th>State</th><th>Busy</th><th>WebSockets</"
                 "th><th>Requests</th>"
                 "<th>Starts</th><th>MB</th><th>Age</th><th>Last end</th></tr>\n",
                 r);
    for (const Seen &each : all_processes())
        show_process(r, each, brief);
    for (const ProcessesDefinition *each : all)
        if (brief && each->channels != nullptr)
            ap_rprintf(r, "PyHookProcess[%s]Waiting: %u\n", each->name, waiting_in(*each->channels->board));
    if (!brief)
        ap_rputs("</table>\n", r);
    return OK;
}

} // namespace

void attach_process_status() { APR_OPTIONAL_HOOK(ap, status_hook, &show, nullptr, nullptr, APR_HOOK_LAST); }

} // namespace pyhook::processes
