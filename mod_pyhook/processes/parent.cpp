#include "apache/log.h"
#include "apache/pool.h"
#include "apache/table.h"

#include "processes/channels.h"
#include "processes/listening.h"
#include "processes/orders.h"
#include "processes/request_frame.h"
#include "processes/user_check.h"
#include "processes/worker_command.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <system_error>
#include <unistd.h>

extern "C" {
#include <mpm_common.h>
}

namespace pyhook::processes {

namespace {

constexpr std::size_t most_groups = 64;

/// Lives in the pool of the process, as Channels do.
struct Registry {
    apr_proc_t supervisor; // pid 0: none runs
    int orders;            // the socket to it, or -1
    Channels channels[most_groups];
};

/// A graceful restart may load another build of the module, which shares other memory with its processes: it finds
/// nothing, and starts anew.
Registry *registry_of(apr_pool_t *process) {
    char key[64];
    snprintf(key, sizeof(key), "pyhook:processes " PYHOOK_VERSION " %zu %zu", sizeof(Board), sizeof(Registry));
    void *found = nullptr;
    apr_pool_userdata_get(&found, key, process);
    if (found == nullptr) {
        found = apr_pcalloc(process, sizeof(Registry));
        static_cast<Registry *>(found)->orders = -1;
        apr_pool_userdata_set(found, key, apr_pool_cleanup_null, process); // copies the key, which goes with the module
    }
    return static_cast<Registry *>(found);
}

Registry &registry() { return *registry_of(ap_server_conf->process->pool); }

int check(int result, const char *what) {
    if (result < 0)
        throw std::system_error(errno, std::generic_category(), what);
    return result;
}

void close_end(int &descriptor) {
    if (descriptor >= 0)
        close(std::exchange(descriptor, -1));
}

void close_ends_of_processes(Channels &channels) {
    close_end(channels.board_descriptor);
    for (int at = 0; at < channels.count; ++at)
        close_end(channels.of_process[at]);
    close_end(channels.listening);
}

/// When the children of before have gone, too, the supervisor ends the processes.
void give_up(const Registry &all, Channels &channels) {
    if (channels.listening >= 0 && std::none_of(all.channels, all.channels + most_groups, [&](const Channels &each) {
            return each.id != 0 && each.is_named && strcmp(each.path, channels.path) == 0;
        }))
        unlink(channels.path);
    close_ends_of_processes(channels);
    for (int at = 0; at < channels.count; ++at)
        close_end(channels.to_process[at]);
    munmap(channels.board, sizeof(Board));
    channels.id = 0;
}

/// The socket at this path outlives a changed line: what has come over it waits for the new program.
int listening_at(const Registry &all, const char *path) {
    for (const Channels &each : all.channels)
        if (each.id != 0 && each.listening >= 0 && strcmp(each.path, path) == 0)
            return check(fcntl(each.listening, F_DUPFD_CLOEXEC, 0), "dup");
    return listen_at(path);
}

void make(const Registry &all, Channels &channels, std::uint64_t id, const ProcessesDefinition &definition) {
    const int count = definition.processes;
    channels = {};
    channels.count = count;
    channels.listening = -1;
    if (definition.socket != nullptr) {
        channels.listening = listening_at(all, definition.socket);
        apr_cpystrn(channels.path, definition.socket, sizeof(channels.path));
    }
    channels.board_descriptor = check(memfd_create("pyhook-board", MFD_CLOEXEC | MFD_ALLOW_SEALING), "memfd_create");
    check(ftruncate(channels.board_descriptor, sizeof(Board)), "ftruncate");
    check(fcntl(channels.board_descriptor, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL), "F_ADD_SEALS");
    void *board = mmap(nullptr, sizeof(Board), PROT_READ | PROT_WRITE, MAP_SHARED, channels.board_descriptor, 0);
    check(board == MAP_FAILED ? -1 : 0, "mmap");
    channels.board = static_cast<Board *>(board);
    for (int at = 0; at < count; ++at) {
        int ends[2];
        check(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), "socketpair");
        channels.to_process[at] = ends[0];
        channels.of_process[at] = ends[1];
    }
    channels.id = id;
}

/// Those of before if their line has not changed.
Channels &channels_for(Registry &all, std::uint64_t id, const ProcessesDefinition &definition) {
    for (Channels &each : all.channels)
        if (each.id == id)
            return each;
    for (Channels &each : all.channels)
        if (each.id == 0) {
            make(all, each, id, definition);
            return each;
        }
    throw std::runtime_error("there are more than " + std::to_string(most_groups) + " PyHookProcesses lines");
}

/// FNV-1a: the same configuration has the same number.
std::uint64_t id_of(std::string_view bytes) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const unsigned char byte : bytes)
        hash = (hash ^ byte) * 0x100000001b3;
    return hash == 0 ? 1 : hash;
}

void send(int socket, Order order, const std::string &bytes, std::span<const int> descriptors) {
    std::string packet(1, static_cast<char>(order));
    packet += bytes;
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * most_descriptors)] = {};
    iovec place{.iov_base = packet.data(), .iov_len = packet.size()};
    msghdr message{};
    message.msg_iov = &place;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
    cmsghdr *head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(descriptors.size_bytes());
    memcpy(CMSG_DATA(head), descriptors.data(), descriptors.size_bytes());
    check(static_cast<int>(sendmsg(socket, &message, MSG_NOSIGNAL)), "the supervisor does not take orders");
}

/// In the new process: keeps nothing of httpd but the error log and the socket.
[[noreturn]] void become_supervisor(const char *program, int orders) {
    setsid(); // httpd signals its whole process group when it stops
    dup2(orders, orders_descriptor);
    fcntl(orders_descriptor, F_SETFD, 0); // dup2 leaves the flag alone if the socket has this number already
    dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
    dup2(STDERR_FILENO, STDOUT_FILENO);
    close_range(orders_descriptor + 1, ~0U, 0);
    char *const words[] = {const_cast<char *>(program), nullptr};
    char *const environment[] = {nullptr};
    execve(program, words, environment);
    const char failure[] = "PYHOOK0081: pyhook-supervisor is not beside mod_pyhook.so: install it anew\n";
    static_cast<void>(!write(STDERR_FILENO, failure, sizeof(failure) - 1));
    _exit(127);
}

void start_supervisor(Registry &all) {
    int ends[2];
    check(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), "socketpair");
    const timeval patience{.tv_sec = 5, .tv_usec = 0};
    setsockopt(ends[0], SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    const std::string program = supervisor_program();
    const pid_t pid = check(fork(), "fork");
    if (pid == 0)
        become_supervisor(program.c_str(), ends[1]);
    close(ends[1]);
    close_end(all.orders);
    all.orders = ends[0];
    all.supervisor = {};
    all.supervisor.pid = pid;
}

/// By which gateway one is called, requests tell.
std::vector<std::string> applications(apr_pool_t *pconf) {
    std::vector<std::string> names;
    for (const Target *each : known_targets(pconf))
        if (each->use == Use::application || each->use == Use::factory) {
            names.push_back(name_of(*each));
            names.push_back("asgi " + name_of(*each));
        } else if (each->use == Use::callable) {
            names.push_back("handler " + name_of(*each));
        }
    return names;
}

void send_orders(Registry &all, server_rec *s) {
    const int log[] = {STDERR_FILENO};
    send(all.orders, Order::log, {}, log);
    for (const auto *definition : apache::elements<ProcessesDefinition *>(ServerConfig::of(s).processes)) {
        const Channels &channels = *definition->channels;
        Group group = group_from(*definition, s);
        group.id = channels.id;
        group.applications = applications(s->process->pconf);
        std::vector<int> descriptors{channels.board_descriptor};
        if (group.is_program())
            descriptors.push_back(channels.listening);
        descriptors.insert(descriptors.end(), channels.of_process, channels.of_process + channels.count);
        send(all.orders, Order::run, packed(group), descriptors);
    }
}

/// httpd tells about the supervisor, which is its child. On a restart that is not graceful everything begins anew.
void maintain(int reason, void *, apr_wait_t status) noexcept {
    Registry &all = registry();
    if (reason == APR_OC_REASON_RESTART) {
        close_end(all.orders); // it ends its processes, and then itself
        all.supervisor.pid = 0;
        return;
    }
    int state = AP_MPMQ_STOPPING;
    if (reason != APR_OC_REASON_DEATH || all.supervisor.pid == 0)
        return;
    apr_proc_other_child_unregister(&all.supervisor);
    all.supervisor.pid = 0;
    if (ap_mpm_query(AP_MPMQ_MPM_STATE, &state) != APR_SUCCESS || state == AP_MPMQ_STOPPING)
        return;
    apache::log(APLOG_ERR, ap_server_conf,
                "PYHOOK0081: the supervisor has ended with status " + std::to_string(status) +
                    ", and all worker processes with it: they are started anew");
    try {
        start_supervisor(all);
        apr_proc_other_child_register(&all.supervisor, &maintain, &all.supervisor, nullptr,
                                      ap_server_conf->process->pconf);
        send_orders(all, ap_server_conf);
    } catch (const std::exception &failure) {
        apache::log(APLOG_ERR, ap_server_conf, std::string("PYHOOK0081: it could not be started: ") + failure.what());
    }
}

void find_channels(Registry &all, server_rec *s) {
    for (Channels &each : all.channels)
        each.is_named = false;
    for (auto *definition : apache::elements<ProcessesDefinition *>(ServerConfig::of(s).processes)) {
        const Group group = group_from(*definition, s);
        const std::string socket = definition->socket == nullptr ? "" : definition->socket;
        const std::uint64_t id = id_of(packed(group) + "," + std::to_string(definition->processes) + "," + socket);
        definition->channels = &channels_for(all, id, *definition);
        definition->channels->is_named = true;
        if (definition->socket != nullptr)
            remove_at_stop(s, definition->channels->path);
    }
    for (Channels &each : all.channels)
        if (each.id != 0 && !each.is_named)
            give_up(all, each);
}

/// httpd reads its configuration twice when it starts; processes are started after the second time.
int start_processes(apr_pool_t *pconf, apr_pool_t *, apr_pool_t *, server_rec *s) noexcept {
    if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG ||
        ap_state_query(AP_SQ_RUN_MODE) != AP_SQ_RM_NORMAL)
        return OK;
    Registry &all = registry();
    try {
        find_channels(all, s);
        if (ServerConfig::of(s).processes->nelts == 0 && all.supervisor.pid == 0)
            return OK;
        if (all.supervisor.pid == 0)
            start_supervisor(all);
        apr_proc_other_child_register(&all.supervisor, &maintain, &all.supervisor, nullptr, pconf);
        send_orders(all, s);
    } catch (const std::exception &failure) {
        apache::log(APLOG_EMERG, s, std::string("PYHOOK0081: PyHookProcesses: ") + failure.what());
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    return OK;
}

/// Only the parent may speak to the supervisor, and only processes listen at their ends.
void begin_child(apr_pool_t *pchild, server_rec *) noexcept {
    Registry &all = registry();
    const bool is_parent = ap_exists_config_define("ONE_PROCESS") != 0; // httpd -X
    if (!is_parent)
        close_end(all.orders);
    for (Channels &each : all.channels) {
        if (each.id == 0)
            continue;
        if (!is_parent)
            close_ends_of_processes(each);
        prepare_in_child(pchild, each);
    }
}

/// Forgets the requests of a child that has gone, however it has. A child can write anything into the board, so that
/// the parent, which may be root, believes no number there: it looks at all rows.
void forget_child(server_rec *, pid_t pid, ap_generation_t, int, mpm_child_status state) noexcept {
    if (state == MPM_CHILD_STARTED)
        return;
    for (Channels &each : registry().channels) {
        if (each.id == 0)
            continue;
        for (Row &row : each.board->rows) {
            if (row.pid != pid)
                continue;
            row.waiting = row.suspended = 0;
            for (Counts *counts : {&row.busy, &row.sockets})
                for (auto &number : *counts)
                    number = 0;
            row.pid = 0;
            announce(*each.board, static_cast<int>(most_children));
        }
    }
}

} // namespace

void attach_processes() {
    attach_process_status();
    attach_user_check();
    ap_hook_post_config(&start_processes, nullptr, nullptr, APR_HOOK_REALLY_LAST);
    ap_hook_child_init(&begin_child, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
    ap_hook_child_status(&forget_child, nullptr, nullptr, APR_HOOK_MIDDLE);
}

} // namespace pyhook::processes
