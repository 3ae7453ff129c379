#include "py/attach.h"

#include "apache/body.h"
#include "apache/error_page.h"
#include "apache/framing.h"
#include "apache/mpm.h"
#include "apache/pool.h"
#include "apache/suspended.h"

#include "call/client_page.h"
#include "call/entry.h"
#include "call/latency.h"
#include "child/child.h"
#include "connections/connections.h"
#include "control/control.h"
#include "directives/checks.h"
#include "dump/dump.h"
#include "interpreters/metrics.h"
#include "interpreters/sharing.h"
#include "interpreters/status.h"
#include "interpreters/tasks.h"
#include "module.h"
#include "phases/phases.h"
#include "processes/channels.h"
#include "processes/look.h"
#include "processes/websocket.h"
#include "server/server_hooks.h"
#include "sockets/sockets.h"
#include "types/ending.h"
#include "types/own_metrics.h"

#include "py/poison.h"

namespace pyhook {

namespace {

/// With several interpreters only the first request shows which one a line is for.
void parse_require_lines_early(server_rec *s) {
    InterpreterPool &pool = *Interpreters::here()->pools().front();
    if (Interpreters::here()->pools().size() > 1 || pool.current().is_closed)
        return;
    State &only = pool.current().members().front()->state;
    const py::attached here(only.interpreter);
    parse_require_lines(only, s);
}

/// The end of a child in which no Python runs.
void end_without_python(server_rec *) noexcept {
    constexpr std::chrono::seconds for_sockets{2};
    if (!apache::is_threaded())
        return;
    processes::wait_for_sockets(std::chrono::steady_clock::now() + for_sockets);
    apache::Poller::here().stop();
}

/// After privileges were dropped, before worker threads exist.
void child_init(apr_pool_t *pchild, server_rec *s) {
    ServerConfig &config = ServerConfig::of(s);
    config.children_need_python = children_need_python(s->process->pconf, pchild, config);
    if (!config.children_need_python)
        return apache::before_end<&end_without_python>(pchild, s);
    Child::start(pchild, s);
    parse_require_lines_early(s);
}

/// Under prefork this may run in a signal handler, and no socket is without a thread.
void child_stopping(apr_pool_t *, int gracefully) noexcept {
    if (Child *child = Child::here())
        child->stop(gracefully != 0);
    else if (gracefully != 0)
        apache::on_sigterm(&begin_stopping_at_once);
    else
        begin_stopping_at_once();
    if (apache::is_threaded())
        processes::stop_sockets();
}

/// httpd logs its components when it starts, and shows them in /server-status and, as ServerTokens says, to clients.
int name_versions(apr_pool_t *pconf, apr_pool_t *, apr_pool_t *, server_rec *) noexcept {
    ap_add_version_component(pconf, "mod_pyhook/" PYHOOK_VERSION);
    ap_add_version_component(pconf, "Python/" PYHOOK_PYTHON_NAME);
    return OK;
}

} // namespace

void attach_lifecycle() {
    apache::register_framing(code::wrong_length);
    apache::register_kept_body();
    apache::attach_suspension(code::near_limit);
    attach_masters();
    attach_sharing();
    attach_status();
    attach_latencies();
    attach_own_metrics();
    attach_metrics(&processes::write_metrics);
    attach_health();
    attach_tasks();
    attach_control_directory();
    processes::attach_processes();
    attach_expressions();
    attach_log_format();
    attach_include_element();
    offer_optional_functions();
    attach_dump();
    ap_hook_post_config(&name_versions, nullptr, nullptr, APR_HOOK_MIDDLE);
    // After modules that start Python, too: it is found out, where the second start would end the process.
    ap_hook_child_init(&child_init, nullptr, nullptr, APR_HOOK_LAST);
    ap_hook_child_stopping(&child_stopping, nullptr, nullptr, APR_HOOK_MIDDLE);
}

} // namespace pyhook
