#include "processes/listening.h"

#include "apache/pool.h"
#include "apache/root_only.h"

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

extern "C" {
#include <unixd.h>
}

namespace pyhook::processes {

namespace {

constexpr int backlog = 511; // as httpd's own ListenBackLog

void check(int result, const std::string &path) {
    if (result < 0)
        throw std::system_error(errno, std::generic_category(), "the socket " + path + " can't be made");
}

namespace fs = std::filesystem;

/// Another user who may write there could put something else in the place of what root works on.
void check_directory(const std::string &path) {
    const fs::path directory = fs::path(path).parent_path();
    struct stat found = {};
    check(stat(directory.c_str(), &found), path);
    if (geteuid() != 0)
        return;
    if (const std::string problem = apache::open_to_others(directory); !problem.empty())
        throw std::runtime_error(problem + ": name a socket= in a directory that only root can change");
}

void check_place(const std::string &path) {
    struct stat found = {};
    if (lstat(path.c_str(), &found) == 0 && !S_ISSOCK(found.st_mode))
        throw std::runtime_error(path + " is there, and is no socket: remove it, or name another socket=");
}

/// Nobody but root may connect.
void bind_to(int socket, const std::string &path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    unlink(path.c_str());
    const mode_t before = umask(0177);
    const int result = bind(socket, reinterpret_cast<const sockaddr *>(&address), sizeof(address));
    umask(before);
    check(result, path);
}

struct Removal {
    server_rec *server;
    const char *path;
    pid_t owner; // a child that ends destroys pools, too
};

apr_status_t remove(void *data) noexcept {
    const auto *socket = static_cast<Removal *>(data);
    if (socket->owner == getpid())
        unlink(socket->path);
    return APR_SUCCESS;
}

/// The module goes away with the configuration: nothing may call it afterwards.
apr_status_t forget(void *data) noexcept {
    auto *socket = static_cast<Removal *>(data);
    apr_pool_cleanup_kill(socket->server->process->pool, socket, &remove);
    return APR_SUCCESS;
}

} // namespace

/// The pool of the process ends with httpd, and runs this before it destroys that of the configuration.
void remove_at_stop(server_rec *s, const char *path) {
    auto *socket = apache::make<Removal>(s->process->pconf, Removal{.server = s, .path = path, .owner = getpid()});
    apr_pool_pre_cleanup_register(s->process->pool, socket, &remove);
    apr_pool_cleanup_register(s->process->pconf, socket, &forget, apr_pool_cleanup_null);
}

/// The socket is bound under another name, so that nobody sees it before it belongs to the right user; and because some
/// programs (asyncio from Python 3.13 on) remove the file of the name that a socket was bound to when they end.
int listen_at(const std::string &path) {
    check_directory(path);
    check_place(path);
    const std::string first = path + ".new";
    const int made = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    check(made, path);
    try {
        bind_to(made, first);
        if (geteuid() == 0)
            check(lchown(first.c_str(), ap_unixd_config.user_id, ap_unixd_config.group_id), path);
        check(listen(made, backlog), path);
        check(std::rename(first.c_str(), path.c_str()), path);
    } catch (...) {
        close(made);
        throw;
    }
    return made;
}

} // namespace pyhook::processes
