#include "apache/exists.h"
#include "apache/log.h"

#include "config/config.h"
#include "control/control.h"
#include "types/answers.h"

#include <cerrno>
#include <cstdlib>
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>
#include <unixd.h>

#include "py/poison.h"

namespace pyhook {

namespace {

constexpr mode_t only_owner = 0700;

/// The user of the children. A parent that is not root has the same one.
uid_t user_of_children() noexcept { return geteuid() == 0 ? ap_unixd_config.user_id : geteuid(); }

/// True if the directory belongs to the children's user or to root, and nobody else may use it. A link is none.
bool is_ours(const char *path) noexcept {
    struct stat found = {};
    return lstat(path, &found) == 0 && S_ISDIR(found.st_mode) && found.st_uid == user_of_children() &&
           (found.st_mode & 0777) == only_owner;
}

/// What nobody else can have changed between the steps: `mkdir` fails if there is anything of that name.
bool make(const char *path) noexcept {
    if (mkdir(path, only_owner) != 0)
        return errno == EEXIST && is_ours(path);
    return (geteuid() != 0 || lchown(path, user_of_children(), ap_unixd_config.group_id) == 0) && is_ours(path);
}

/// The cleanup of the configuration. Children of a graceful restart may still have sockets here: then it stays.
apr_status_t remove(void *data) noexcept {
    const auto *path = static_cast<const char *>(data);
    remove_left_sockets(path);
    rmdir(path);
    return APR_SUCCESS;
}

/// The console, in a child, asks for the directory: _ask("pyhook-control", main_server()).
const char *directory_of(request_rec *, server_rec *s, const char *) noexcept { return ServerConfig::of(s).control; }

int make_directory(apr_pool_t *pconf, apr_pool_t *, apr_pool_t *, server_rec *s) noexcept {
    const char *path = ServerConfig::of(s).control;
    if (path == nullptr || ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG)
        return OK;
    if (!make(path)) {
        apache::log(APLOG_EMERG, s,
                    std::string("PyHookControl: the directory ") + path +
                        " can't be made for the server's user alone: remove what is there, or choose another "
                        "DefaultRuntimeDir");
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    offer_answer("pyhook-control", &directory_of);
    apr_pool_cleanup_register(pconf, path, &remove, apr_pool_cleanup_null);
    return OK;
}

} // namespace

void attach_control_directory() { ap_hook_post_config(&make_directory, nullptr, nullptr, APR_HOOK_MIDDLE); }

/// A file PID.socket, where there is no such process.
void remove_left_sockets(const char *directory) noexcept {
    DIR *open = opendir(directory);
    if (open == nullptr)
        return;
    while (const dirent *entry = readdir(open)) {
        char *end = nullptr;
        const long pid = std::strtol(entry->d_name, &end, 10);
        if (pid > 0 && strcmp(end, ".socket") == 0 && !apache::exists(static_cast<pid_t>(pid)))
            unlinkat(dirfd(open), entry->d_name, 0);
    }
    closedir(open);
}

} // namespace pyhook
