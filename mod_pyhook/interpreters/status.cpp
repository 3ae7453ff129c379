#include "interpreters/status.h"

#include "apache/exists.h"
#include "apache/resident.h"

#include "config/config.h"
#include "loops/lag.h"

#include <apr_shm.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <unistd.h>

extern "C" {
#include <mod_status.h>
}

#include "py/poison.h"

namespace pyhook {

namespace {

/// One row per child that may exist, one column per interpreter. Reset with the module at every restart.
struct Board {
    apr_array_header_t *names = nullptr; // of const char *
    std::size_t rows = 0;
    std::atomic<pid_t> *pids = nullptr; // whose row it is, or 0
    Counters *counters = nullptr;
    std::optional<std::size_t> own_row = {}; // this child's

    std::size_t columns() const noexcept { return static_cast<std::size_t>(names->nelts); }
    Counters &at(std::size_t row, std::size_t column) const noexcept { return counters[row * columns() + column]; }
};

constinit Board board;
constinit Counters not_shared; // of a child that has no row

apr_array_header_t *names_of(apr_pool_t *pool, const ServerConfig &config) {
    apr_array_header_t *names = apr_array_make(pool, 1, sizeof(const char *));
    APR_ARRAY_PUSH(names, const char *) = "main";
    for (int index = 0; index < config.interpreters->nelts; ++index) {
        const auto &definition = APR_ARRAY_IDX(config.interpreters, index, InterpreterDefinition);
        for (int number = 1; number <= definition.count; ++number)
            APR_ARRAY_PUSH(names, const char *) = apr_pstrdup(pool, definition.member_name(number).c_str());
    }
    return names;
}

int make_board(apr_pool_t *pconf, apr_pool_t *, apr_pool_t *, server_rec *s) noexcept {
    board = {};
    int limit = 0;
    if (ap_mpm_query(AP_MPMQ_HARD_LIMIT_DAEMONS, &limit) != APR_SUCCESS || limit <= 0)
        return OK;
    Board made{.names = names_of(pconf, ServerConfig::of(s)), .rows = static_cast<std::size_t>(limit)};
    const std::size_t counters = made.rows * made.columns() * sizeof(Counters);
    apr_shm_t *shm = nullptr;
    if (apr_shm_create(&shm, counters + alignof(Counters) + made.rows * sizeof(pid_t), nullptr, pconf) != APR_SUCCESS)
        return OK; // the page has no section then
    void *start = apr_shm_baseaddr_get(shm);
    std::size_t space = apr_shm_size_get(shm);
    memset(start, 0, space);
    made.counters = static_cast<Counters *>(std::align(alignof(Counters), counters, start, space));
    made.pids = reinterpret_cast<std::atomic<pid_t> *>(made.counters + made.rows * made.columns());
    board = made;
    return OK;
}

/// True if `pid` is a child of this server: after a child has died, its number may belong to any process. The parent
/// keeps each child in the scoreboard until it has learned of its end.
bool is_child(pid_t pid) noexcept {
    if (pid == 0)
        return false;
    const process_score *scores = ap_scoreboard_image->parent;
    return std::any_of(scores, scores + board.rows, [pid](const process_score &score) { return score.pid == pid; });
}

/// The resident bytes of the child whose row it is; nothing if there is none.
std::optional<long> memory_in(std::size_t row) noexcept {
    const pid_t pid = board.pids[row];
    return is_child(pid) ? std::optional(apache::resident_bytes(pid)) : std::nullopt;
}

Sum sum_of(std::size_t column) noexcept {
    Sum sum;
    for (std::size_t row = 0; row < board.rows; ++row) {
        const Counters &counters = board.at(row, column);
        sum.calls += counters.calls;
        sum.errors += counters.errors;
        sum.seconds += static_cast<double>(counters.microseconds) / 1e6;
        sum.gil_waits += counters.gil_waits.count;
        sum.gil_seconds += static_cast<double>(counters.gil_waits.nanoseconds) / 1e9;
        if (!is_child(board.pids[row]))
            continue;
        sum.threads += counters.threads;
        sum.requests += counters.requests;
        sum.objects += counters.objects;
        sum.suspended += counters.suspended;
        sum.sockets += counters.sockets;
        sum.busy += counters.busy;
        sum.loop_lag = std::max(sum.loop_lag, std::chrono::duration<double>(Lag::now(counters.loop_due)).count());
        ++sum.children;
    }
    return sum;
}

/// What the page shows of an interpreter, in the order of its columns.
struct Cell {
    const char *title;
    const char *text;
};

std::array<Cell, 9> cells_of(apr_pool_t *pool, const Sum &sum) {
    const auto number = [pool](std::uint64_t value) { return apr_psprintf(pool, "%" APR_UINT64_T_FMT, value); };
    return {{{"Calls", number(sum.calls)},
             {"Errors", number(sum.errors)},
             {"Seconds", apr_psprintf(pool, "%.3f", sum.seconds)},
             {"Threads", number(sum.threads)},
             {"Requests", number(sum.requests)},
             {"Objects", number(sum.objects)},
             {"Suspended", number(sum.suspended)},
             {"WebSockets", number(sum.sockets)},
             {"Children", number(sum.children)}}};
}

void show_line(request_rec *r, const char *name, const Sum &sum, bool brief) {
    if (!brief)
        ap_rvputs(r, "<tr><td>", ap_escape_html(r->pool, name), "</td>", nullptr);
    for (const Cell &cell : cells_of(r->pool, sum))
        if (brief)
            ap_rvputs(r, "PyHook[", name, "]", cell.title, ": ", cell.text, "\n", nullptr);
        else
            ap_rvputs(r, "<td>", cell.text, "</td>", nullptr);
    if (!brief)
        ap_rputs("</tr>\n", r);
}

void show_head(request_rec *r) {
    ap_rputs("<hr />\n<h2>mod_pyhook " PYHOOK_VERSION ", Python " PYHOOK_PYTHON_NAME
             "</h2>\n<table border=\"0\"><tr><th>Interpreter</th>",
             r);
    for (const Cell &cell : cells_of(r->pool, {}))
        ap_rvputs(r, "<th>", cell.title, "</th>", nullptr);
    ap_rputs("</tr>\n", r);
}

void show_children(request_rec *r, bool brief) {
    if (!brief)
        ap_rputs("<table border=\"0\"><tr><th>Child</th><th>Memory</th></tr>\n", r);
    for (std::size_t row = 0; row < board.rows; ++row)
        if (const auto bytes = memory_in(row); bytes && brief)
            ap_rprintf(r, "PyHookChild[%" APR_SIZE_T_FMT "]Memory: %ld\n", row, *bytes);
        else if (bytes)
            ap_rprintf(r, "<tr><td>%" APR_SIZE_T_FMT "</td><td>%ld MB</td></tr>\n", row, *bytes / 1'000'000);
    if (!brief)
        ap_rputs("</table>\n", r);
}

int show(request_rec *r, int flags) noexcept {
    const bool brief = (flags & AP_STATUS_SHORT) != 0;
    if (board.counters == nullptr)
        return DECLINED;
    if (!brief)
        show_head(r);
    for (std::size_t column = 0; column < board.columns(); ++column)
        show_line(r, APR_ARRAY_IDX(board.names, static_cast<int>(column), const char *), sum_of(column), brief);
    if (!brief)
        ap_rputs("</table>\n", r);
    show_children(r, brief);
    return OK;
}

} // namespace

std::vector<Sum> all_sums() {
    std::vector<Sum> sums;
    for (std::size_t column = 0; board.counters != nullptr && column < board.columns(); ++column) {
        sums.push_back(sum_of(column));
        sums.back().name = APR_ARRAY_IDX(board.names, static_cast<int>(column), const char *);
    }
    return sums;
}

std::vector<ChildMemory> child_memories() {
    std::vector<ChildMemory> memories;
    for (std::size_t row = 0; row < board.rows; ++row)
        if (const auto bytes = memory_in(row))
            memories.push_back({row, *bytes});
    return memories;
}

void attach_status() {
    ap_hook_post_config(&make_board, nullptr, nullptr, APR_HOOK_MIDDLE);
    APR_OPTIONAL_HOOK(ap, status_hook, &show, nullptr, nullptr, APR_HOOK_MIDDLE);
}

/// Leaves what was counted over time.
static void forget_current(Counters &counters) noexcept {
    counters.threads = counters.requests = counters.objects = counters.suspended = counters.sockets = counters.busy = 0;
    counters.loop_due = 0;
}

/// Takes the first row whose owner has ended by this rule.
static bool claim_row_if(bool (*has_ended)(pid_t owner) noexcept) noexcept {
    for (std::size_t row = 0; row < board.rows; ++row) {
        pid_t owner = board.pids[row];
        if (!has_ended(owner) || !board.pids[row].compare_exchange_strong(owner, getpid()))
            continue;
        board.own_row = row;
        for (std::size_t column = 0; column < board.columns(); ++column)
            forget_current(board.at(row, column));
        return true;
    }
    return false;
}

/// Of this child's own number there can only be a dead one.
static bool is_gone(pid_t owner) noexcept { return owner == 0 || owner == getpid() || !apache::exists(owner); }

static bool is_no_child(pid_t owner) noexcept { return !is_child(owner); }

/// Takes a free row, or that of a child that has died, whose counts stay part of the sums. The scoreboard is asked only
/// when none is left, for numbers that other processes have got: a child that has just begun may not be in it yet.
void claim_counters() noexcept { claim_row_if(is_gone) || claim_row_if(is_no_child); }

void release_counters() noexcept {
    if (board.own_row)
        board.pids[*board.own_row] = 0;
}

Counters &counters_of(const py::Interpreter &interpreter) noexcept {
    for (std::size_t column = 0; board.own_row && column < board.columns(); ++column)
        if (interpreter.name() == APR_ARRAY_IDX(board.names, static_cast<int>(column), const char *))
            return board.at(*board.own_row, column);
    return not_shared;
}

} // namespace pyhook
