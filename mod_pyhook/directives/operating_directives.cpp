#include "config/config.h"
#include "directives/directive.h"
#include "directives/timeouts.h"

#include <filesystem>

namespace pyhook {

namespace {

namespace fs = std::filesystem;

const char *set_control(cmd_parms *cmd, void *, int on) {
    if (const char *problem = only_globally(cmd))
        return problem;
    ServerConfig::of(cmd->server).control =
        on != 0 ? ap_runtime_dir_relative(configuration_pool(cmd), "pyhook") : nullptr;
    return nullptr;
}

const char *drain_problem(apr_pool_t *pool, const char *file) {
    std::error_code ignored;
    const fs::path path(file);
    if (!path.has_filename() || fs::is_directory(path, ignored))
        return apr_psprintf(pool, "%s is a directory: name a file, which is there while the machine drains", file);
    if (!fs::is_directory(path.parent_path(), ignored))
        return apr_psprintf(pool, "there is no directory %s: make it, or name a file in another one",
                            path.parent_path().c_str());
    return nullptr;
}

const char *set_drain(cmd_parms *cmd, void *, const char *name) {
    if (const char *problem = only_globally(cmd))
        return problem;
    ServerConfig &config = ServerConfig::of(cmd->server);
    if (config.drain != nullptr)
        return sentence(cmd, "the file is ", config.drain, " already: write the directive once");
    const char *file = ap_runtime_dir_relative(configuration_pool(cmd), name);
    if (file == nullptr)
        return sentence(cmd, "'", name, "' is no path: name a file, which is there while the machine drains");
    if (const char *problem = drain_problem(cmd->pool, file))
        return sentence(cmd, problem);
    config.drain = file;
    return nullptr;
}

const char *set_timeouts(cmd_parms *cmd, void *dir, const char *text, const char *slow) {
    if (const char *problem = not_in_limit(cmd))
        return problem;
    Timeouts timeouts;
    if (const char *problem = timeouts_problem(cmd->pool, text, slow, timeouts))
        return sentence(cmd, problem);
    static_cast<DirConfig *>(dir)->timeouts = timeouts;
    note_timeouts(timeouts);
    return nullptr;
}

// clang-format off
constexpr command_rec rows[] = {
    flag("PyHookControl", set_control, RSRC_CONF, "Let root and the server's user look into the children, by the command pyhook."),
    one("PyHookDrain",    set_drain,   RSRC_CONF, "A file: while it is there, the handler pyhook-health says that this machine is to get no requests."),
    one_or_two("PyHookTimeout", set_timeouts, RSRC_CONF | ACCESS_CONF, "Seconds after which a request in Python is interrupted, or Off; slow= seconds after which it is reported."),
};
// clang-format on

} // namespace

std::span<const command_rec> operating_directives() { return rows; }

} // namespace pyhook
