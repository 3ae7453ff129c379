#include "directives/chroot.h"

#include "apache/installation.h"
#include "apache/root_only.h"

#include <cerrno>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace pyhook {

namespace {

/// Opens a path as processes below `root` will: they follow absolute links, and "..", from there. Where the system or a
/// sandbox does not know the call, as httpd itself follows them.
int open_below(const char *root, const char *path) {
    const int directory = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    open_how how{};
    how.flags = O_PATH | O_CLOEXEC;
    how.resolve = RESOLVE_IN_ROOT;
    int opened = static_cast<int>(syscall(SYS_openat2, directory, path, &how, sizeof(how)));
    if (opened < 0 && (errno == ENOSYS || errno == EPERM))
        opened = open((std::string(root) + path).c_str(), O_PATH | O_CLOEXEC);
    close(directory);
    return opened;
}

/// The mode of what is there, or 0.
mode_t mode_of(const ProcessesDefinition &definition, const char *path) {
    struct stat found = {};
    if (definition.chroot == nullptr)
        return stat(path, &found) == 0 ? found.st_mode : 0;
    const int opened = open_below(definition.chroot, path);
    if (opened < 0)
        return 0;
    const bool is_known = fstat(opened, &found) == 0;
    close(opened);
    return is_known ? found.st_mode : 0;
}

} // namespace

const char *set_chroot(cmd_parms *cmd, ProcessesDefinition &definition, const char *value) {
    if (geteuid() != 0)
        return "only an httpd that root starts can put processes into a chroot: leave chroot= away";
    const char *path = *value == '\0' ? nullptr : ap_server_root_relative(cmd->pool, value);
    struct stat found = {};
    if (path == nullptr || stat(path, &found) != 0)
        return apr_psprintf(cmd->pool,
                            "the directory of chroot=%s is not there: make it, and put into it what the processes need",
                            value);
    if (!S_ISDIR(found.st_mode))
        return apr_psprintf(cmd->pool, "chroot=%s is no directory: name one that has all that the processes need",
                            value);
    if (const std::string problem = apache::open_to_others(path); !problem.empty())
        return apr_psprintf(cmd->pool, "chroot=%s: %s: name a directory that only root can change", value,
                            problem.c_str());
    definition.chroot = path;
    return nullptr;
}

bool has_directory(const ProcessesDefinition &definition, const char *path) {
    return S_ISDIR(mode_of(definition, path));
}

bool has_file(const ProcessesDefinition &definition, const char *path) { return S_ISREG(mode_of(definition, path)); }

bool has_program(const ProcessesDefinition &definition, const char *path) {
    return has_file(definition, path) &&
           (definition.chroot == nullptr ? access(path, X_OK) == 0 : (mode_of(definition, path) & 0111) != 0);
}

const char *lacking_below(apr_pool_t *pool, const ProcessesDefinition &definition) {
    if (definition.chroot == nullptr || definition.command != nullptr)
        return nullptr;
    if (definition.python == nullptr)
        return apr_psprintf(pool,
                            "chroot= needs the Python that is below %s: name it by its path there, as in "
                            "python=/usr/bin/python3",
                            definition.chroot);
    const std::string package = apache::package_directory();
    if (!has_file(definition, (package + "/pyhook/worker/__main__.py").c_str()))
        return apr_psprintf(pool,
                            "the package pyhook of mod_pyhook is not below chroot=%s: copy %s/pyhook to the same path "
                            "there",
                            definition.chroot, package.c_str());
    if (definition.memory != 0 && !has_file(definition, "/proc/self/statm"))
        return apr_psprintf(pool,
                            "memory= needs /proc, which is not below chroot=%s: mount it there, or leave one of "
                            "the two away",
                            definition.chroot);
    return nullptr;
}

} // namespace pyhook
