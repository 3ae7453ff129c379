#include "processes/user_check.h"

#include "apache/log.h"
#include "apache/table.h"

#include "config/config.h"
#include "processes/identity.h"
#include "processes/worker_command.h"

#include <cerrno>
#include <csignal>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "py/poison.h"

namespace pyhook::processes {

namespace {

/// How long a check waits for a process that the user may stop, or that a file system does not answer.
constexpr int patience = 5000; // milliseconds

/// What a process says until it ends, or for too long says nothing.
std::string said_by(pid_t pid, int from) {
    pollfd said{.fd = from, .events = POLLIN, .revents = 0};
    char text[4096];
    const ssize_t size = poll(&said, 1, patience) > 0 ? read(from, text, sizeof(text)) : 0;
    kill(pid, SIGKILL);
    while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR)
        ;
    return {text, static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
}

/// What a process of the group finds, in a process that is one.
std::string seen_as_user(const Group &group) {
    int ends[2];
    if (pipe(ends) != 0)
        return {};
    const pid_t pid = fork();
    if (pid == 0) {
        try {
            if (!group.root.empty())
                enter(group.root);
            become_user(group);
            const std::string found = closed_to_user(group);
            static_cast<void>(!write(ends[1], found.data(), found.size()));
        } catch (const std::exception &) { // the start of the processes says so
        }
        _exit(0);
    }
    close(ends[1]);
    std::string found = pid < 0 ? std::string() : said_by(pid, ends[0]);
    close(ends[0]);
    return found;
}

/// What is closed is no reason to stop a server: an entry of the supervisor says the same when processes start.
int check_users(apr_pool_t *, apr_pool_t *, apr_pool_t *, server_rec *s) noexcept {
    if (geteuid() != 0 || ap_state_query(AP_SQ_RUN_MODE) != AP_SQ_RM_CONFIG_TEST)
        return OK;
    try {
        for (const auto *definition : apache::elements<ProcessesDefinition *>(ServerConfig::of(s).processes))
            if (const std::string found = seen_as_user(group_from(*definition, s)); !found.empty())
                apache::log(APLOG_WARNING, s, std::string("PyHookProcesses ") + definition->name + ": " + found);
    } catch (const std::exception &) { // it is no group: the start says so
    }
    return OK;
}

} // namespace

void attach_user_check() { ap_hook_check_config(&check_users, nullptr, nullptr, APR_HOOK_LAST); }

} // namespace pyhook::processes
