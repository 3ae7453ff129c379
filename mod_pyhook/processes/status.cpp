#include "apache/table.h"

#include "processes/channels.h"

#include <cstdio>
#include <ctime>
#include <sys/wait.h>
#include <unistd.h>

extern "C" {
#include <mod_status.h>
}

namespace pyhook::processes {

namespace {

const char *name_of(Life life) {
    constexpr const char *names[] = {"none", "starting", "ready", "gone"};
    return names[static_cast<std::size_t>(life) % std::size(names)];
}

unsigned busy_in(const Board &board, std::size_t slot) {
    unsigned busy = 0;
    for (const Row &row : board.rows)
        busy += row.busy[slot];
    return busy;
}

unsigned waiting_in(const Board &board) {
    unsigned waiting = 0;
    for (const Row &row : board.rows)
        waiting += row.waiting;
    return waiting;
}

/// The resident memory of a process, in MB; 0 if nobody says.
long megabytes_of(apr_pool_t *pool, pid_t pid) {
    std::FILE *file = std::fopen(apr_psprintf(pool, "/proc/%d/statm", pid), "r");
    long pages = 0;
    if (file != nullptr && std::fscanf(file, "%*d %ld", &pages) != 1)
        pages = 0;
    if (file != nullptr)
        std::fclose(file);
    return pages * sysconf(_SC_PAGESIZE) >> 20;
}

const char *last_end_of(apr_pool_t *pool, int status) {
    if (WIFSIGNALED(status))
        return apr_psprintf(pool, "signal %d", WTERMSIG(status));
    return status == 0 ? "-" : apr_psprintf(pool, "exit status %d", WEXITSTATUS(status));
}

void show_slot(request_rec *r, const ProcessesDefinition &definition, std::size_t number, bool brief) {
    const Board &board = *definition.channels->board;
    const Slot &slot = board.slots[number];
    const pid_t pid = slot.pid;
    const auto age = static_cast<long>(pid == 0 ? 0 : std::time(nullptr) - static_cast<std::time_t>(slot.since.load()));
    const char *name = apr_psprintf(r->pool, "%s/%d", definition.name, static_cast<int>(number + 1));
    const char *format = brief ? "PyHookProcess[%s]: pid=%d state=%s busy=%u requests=%" APR_UINT64_T_FMT
                                 " starts=%u memory=%ldM age=%lds last-end=\"%s\"\n"
                               : "<tr><td>%s</td><td>%d</td><td>%s</td><td>%u</td><td>%" APR_UINT64_T_FMT
                                 "</td><td>%u</td><td>%ld</td><td>%ld</td><td>%s</td></tr>\n";
    ap_rprintf(r, format, name, pid, name_of(slot.life), busy_in(board, number), slot.requests.load(),
               slot.starts.load(), pid == 0 ? 0 : megabytes_of(r->pool, pid), age, last_end_of(r->pool, slot.last_end));
}

int show(request_rec *r, int flags) noexcept {
    const bool brief = (flags & AP_STATUS_SHORT) != 0;
    const auto all = apache::elements<ProcessesDefinition *>(ServerConfig::of(ap_server_conf).processes);
    if (all.empty())
        return DECLINED;
    if (!brief)
        ap_rputs("<table border=\"0\"><tr><th>Process</th><th>PID</th><th>State</th><th>Busy</th><th>Requests</th>"
                 "<th>Starts</th><th>MB</th><th>Age</th><th>Last end</th></tr>\n",
                 r);
    for (const ProcessesDefinition *each : all) {
        if (each->channels == nullptr)
            continue;
        for (int number = 0; number < each->channels->count; ++number)
            show_slot(r, *each, static_cast<std::size_t>(number), brief);
        if (brief)
            ap_rprintf(r, "PyHookProcess[%s]Waiting: %u\n", each->name, waiting_in(*each->channels->board));
    }
    if (!brief)
        ap_rputs("</table>\n", r);
    return OK;
}

} // namespace

void attach_process_status() { APR_OPTIONAL_HOOK(ap, status_hook, &show, nullptr, nullptr, APR_HOOK_LAST); }

} // namespace pyhook::processes
