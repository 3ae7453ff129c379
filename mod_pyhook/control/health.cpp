#include "py/attach.h"
#include "py/thread.h"

#include "apache/table.h"

#include "config/handler_names.h"
#include "control/control.h"
#include "control/json.h"
#include "interpreters/interpreters.h"
#include "interpreters/status.h"
#include "processes/channels.h"
#include "processes/look.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <scoreboard.h>
#include <sys/stat.h>

#include "py/poison.h"

namespace pyhook {

namespace {

using Reasons = std::vector<std::string>;

/// Why this child can't serve its applications as the configuration wants.
Reasons failures(Interpreters &interpreters) {
    const ServerConfig &config = ServerConfig::of(ap_server_conf);
    Reasons reasons;
    std::size_t index = 0;
    for (const auto &pool : interpreters.pools()) {
        const std::string name =
            index == 0 ? "main"
                       : APR_ARRAY_IDX(config.interpreters, static_cast<int>(index) - 1, InterpreterDefinition).name;
        ++index;
        const auto generation = pool->keep_current();
        if (generation->members().empty())
            reasons.push_back("interpreter '" + name + "' could not start");
        else if (generation->is_closed)
            reasons.push_back("interpreter '" + name + "' could not import what PyHookImport or import= names");
    }
    return reasons;
}

/// The applications with the word preload that could not be loaded.
void add_applications(Interpreters &interpreters, Reasons &reasons) {
    std::vector<StateClaim> states;
    for (const auto &pool : interpreters.pools())
        for (StateClaim &each : pool->claim_states())
            states.push_back(std::move(each));
    for (const server_rec *s = ap_server_conf; s != nullptr; s = s->next)
        for (const Preload &preload : apache::elements<Preload>(ServerConfig::of(s).preloads)) {
            const Target &application = *preload.mount->application;
            if (std::any_of(states.begin(), states.end(),
                            [&](const StateClaim &each) { return (*each).has_failed(application.id); }))
                reasons.push_back(std::string("the application ") + application.spec + " could not be loaded");
        }
}

void add_processes(Reasons &reasons) {
    for (const ProcessesDefinition *each :
         apache::elements<ProcessesDefinition *>(ServerConfig::of(ap_server_conf).processes)) {
        const auto is_ready = [](const processes::Slot &slot) { return slot.life == processes::Life::ready; };
        const processes::Channels *channels = each->channels;
        if (channels == nullptr ||
            std::none_of(channels->board->slots.begin(), channels->board->slots.begin() + channels->count, is_ready))
            reasons.push_back(std::string("none of the processes '") + each->name + "' is ready");
    }
}

/// Whether the administrator wants this machine to get no more requests. Who can't look at the file can't say no.
void add_draining(Reasons &reasons) {
    const char *file = ServerConfig::of(ap_server_conf).drain;
    struct stat found = {};
    if (file == nullptr)
        return;
    if (stat(file, &found) == 0)
        reasons.emplace_back("the file of PyHookDrain is there");
    else if (errno != ENOENT)
        reasons.push_back(std::string("the file of PyHookDrain can't be looked at: ") + std::strerror(errno));
}

/// Requests that are being served on this machine, without the one that asks.
unsigned requests_besides(const request_rec *asking) {
    unsigned busy = 0;
    int children = 0;
    int threads = 0;
    ap_mpm_query(AP_MPMQ_HARD_LIMIT_DAEMONS, &children);
    ap_mpm_query(AP_MPMQ_HARD_LIMIT_THREADS, &threads);
    for (int child = 0; child < children; ++child)
        for (int thread = 0; ap_get_scoreboard_process(child)->pid != 0 && thread < std::max(threads, 1); ++thread)
            if (const int status = ap_get_scoreboard_worker_from_indexes(child, thread)->status;
                status == SERVER_BUSY_WRITE || status == SERVER_BUSY_LOG)
                ++busy;
    if (busy > 0 && asking->connection->master == nullptr) // a stream of HTTP/2 has no place there
        --busy;
    unsigned suspended = processes::suspended_sockets();
    unsigned in_python = 0;
    for (const Sum &sum : all_sums()) {
        suspended += sum.suspended;
        in_python += sum.requests;
    }
    return std::max(busy + suspended, in_python);
}

std::atomic_flag another_try; // a thread loads again what could not be loaded

/// Failures are tried again for the next question, because no request comes to a machine that is not ready. The thread
/// may never get the GIL: so it is one, and nobody waits for it.
void try_again(Interpreters &interpreters) noexcept {
    if (another_try.test_and_set())
        return;
    try {
        py::start_thread(
            "pyhook again",
            [](void *all) noexcept -> void * {
                static_cast<Interpreters *>(all)->load_again();
                another_try.clear();
                return nullptr;
            },
            &interpreters);
    } catch (const py::start_error &) {
        another_try.clear();
    }
}

struct Health {
    bool is_draining = false;
    Reasons reasons; // none: the machine is ready
};

/// What is wrong with Python in this child.
Reasons inside() {
    Interpreters *interpreters = Interpreters::here();
    if (!ServerConfig::of(ap_server_conf).children_need_python)
        return {};
    if (interpreters == nullptr || !interpreters->is_ready())
        return {"Python has not started"};
    Reasons failed = failures(*interpreters);
    add_applications(*interpreters, failed);
    if (!failed.empty())
        try_again(*interpreters);
    return failed;
}

Health examine() {
    Reasons reasons;
    add_draining(reasons);
    const bool draining = !reasons.empty();
    const Reasons failed = inside();
    reasons.insert(reasons.end(), failed.begin(), failed.end());
    add_processes(reasons);
    return {draining, std::move(reasons)};
}

std::string text_of(const Health &health, unsigned requests) {
    const char *state = health.is_draining ? "draining" : health.reasons.empty() ? "ready" : "not ready";
    std::string reasons;
    for (const std::string &reason : health.reasons)
        reasons += (reasons.empty() ? "" : ", ") + json_string(reason);
    return "{" + member("state", json_string(state), true) + member("reasons", "[" + reasons + "]") +
           member("requests", std::to_string(requests)) + "}\n";
}

[[gnu::noinline]] int answer_with_health(request_rec *r) noexcept try {
    r->allowed |= AP_METHOD_BIT << M_GET | AP_METHOD_BIT << M_OPTIONS;
    if (r->method_number != M_GET && r->method_number != M_OPTIONS) // mod_proxy_hcheck may ask by either
        return HTTP_METHOD_NOT_ALLOWED;
    const Health health = examine();
    const std::string text = text_of(health, requests_besides(r));
    if (!health.reasons.empty())
        r->status = HTTP_SERVICE_UNAVAILABLE;
    ap_set_content_type(r, "application/json");
    apr_table_setn(r->headers_out, "Cache-Control", "no-store");
    ap_set_content_length(r, static_cast<apr_off_t>(text.size()));
    ap_rwrite(text.data(), static_cast<int>(text.size()), r);
    return OK;
} catch (const std::bad_alloc &) {
    return HTTP_INTERNAL_SERVER_ERROR;
}

int answer_health(request_rec *r) noexcept {
    return r->handler != nullptr && std::string_view(r->handler) == handler_names::health ? answer_with_health(r)
                                                                                          : DECLINED;
}

} // namespace

void attach_health() { ap_hook_handler(&answer_health, nullptr, nullptr, APR_HOOK_MIDDLE); }

} // namespace pyhook
