#include "processes/worker_command.h"

#include "apache/installation.h"
#include "apache/log.h"
#include "apache/table.h"

#include <algorithm>
#include <filesystem>
#include <grp.h>
#include <iterator>
#include <pwd.h>
#include <stdexcept>
#include <unistd.h>

extern "C" {
#include <unixd.h>
}

namespace pyhook::processes {

namespace {

/// Of the parent's environment only what tells where programs are, and which language and time are meant.
constexpr const char *inherited[] = {"PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ"};

void add_variables(std::vector<std::string> &environment, const apr_table_t *variables) {
    for (const auto &variable : apache::entries(variables))
        environment.push_back(std::string(variable.key) + "=" + variable.val);
}

/// What systemd tells a program that it starts with a socket, but for LISTEN_PID, which the process itself adds; and
/// what the activation of a virtual environment sets.
void add_variables_of_program(std::vector<std::string> &environment, const ProcessesDefinition &definition) {
    environment.emplace_back("LISTEN_FDS=1");
    environment.push_back(std::string("LISTEN_FDNAMES=") + definition.name);
    if (definition.python == nullptr)
        return;
    const std::filesystem::path programs = std::filesystem::path(definition.python).parent_path();
    const char *path = getenv("PATH");
    environment.push_back("VIRTUAL_ENV=" + programs.parent_path().string());
    environment.push_back("PATH=" + programs.string() + (path == nullptr ? "" : std::string(":") + path));
}

/// Of several variables of one name the first holds.
std::vector<std::string> environment_from(const ProcessesDefinition &definition, const ServerConfig &config) {
    std::vector<std::string> environment;
    if (definition.command != nullptr)
        add_variables_of_program(environment, definition);
    for (const char *name : inherited)
        if (const char *value = getenv(name))
            environment.push_back(std::string(name) + "=" + value);
    add_variables(environment, config.environment);
    add_variables(environment, definition.environment);
    return environment;
}

/// The user and groups of the processes. Only root can become somebody else.
void set_identity(Group &group, const ProcessesDefinition &definition) {
    if (geteuid() != 0) {
        group.uid = geteuid();
        group.gid = getegid();
        return;
    }
    const bool is_named = definition.user != nullptr;
    group.uid = is_named ? definition.uid : ap_unixd_config.user_id;
    group.gid = is_named || definition.group != nullptr ? definition.gid : ap_unixd_config.group_id;
    if (group.uid == 0 || group.gid == 0)
        throw std::runtime_error("an application never runs as root: name a User and a Group, or write user= and "
                                 "group= into PyHookProcesses " +
                                 std::string(definition.name));
    const passwd *user = getpwuid(group.uid);
    if (user == nullptr) // a number without a name is in no further group
        return;
    gid_t found[64];
    int count = std::size(found);
    if (getgrouplist(user->pw_name, group.gid, found, &count) < 0)
        throw std::runtime_error(std::string(user->pw_name) + " is in more than 64 groups");
    std::copy_if(found, found + count, std::back_inserter(group.groups),
                 [](gid_t one) { return one != 0; }); // root's group, which the user may be in
}

std::string python_of(const ProcessesDefinition &definition, const ServerConfig &config) {
    if (definition.python != nullptr)
        return definition.python;
    return config.home.root != nullptr ? config.home.executable : PYHOOK_PYTHON_EXECUTABLE;
}

void add_words(std::vector<std::string> &command, const char *key, const apr_array_header_t *values) {
    for (const char *value : apache::elements<const char *>(values))
        command.push_back(std::string(key) + "=" + value);
}

std::vector<std::string> command_from(const ProcessesDefinition &definition, const server_rec *s) {
    const ServerConfig &config = ServerConfig::of(s);
    if (definition.command != nullptr) {
        const auto words = apache::elements<const char *>(definition.command);
        return {words.begin(), words.end()};
    }
    const auto number = [](const char *key, int value) { return std::string(key) + "=" + std::to_string(value); };
    std::vector<std::string> command{
        python_of(definition, config),
        apache::package_directory() + "/pyhook/worker/__main__.py",
        std::string("group=") + definition.name,
        std::string("log-level=").append(apache::level_name(apache::most_talkative_level(s))),
        number("threads", definition.threads),
        number("request-timeout", definition.request_timeout),
        number("deadlock-timeout", definition.deadlock_timeout),
        number("requests", definition.requests),
        number("lifetime", definition.lifetime),
        number("memory", definition.memory),
        number("idle", definition.idle),
        number("slow", definition.slow)};
    if (definition.touch != nullptr)
        command.push_back(std::string("touch=") + definition.touch);
    add_words(command, "path", definition.path);
    add_words(command, "path", config.path);
    add_words(command, "import", definition.imports);
    return command;
}

} // namespace

Group group_from(const ProcessesDefinition &definition, const server_rec *s) {
    const ServerConfig &config = ServerConfig::of(s);
    Group group;
    group.name = definition.name;
    set_identity(group, definition);
    group.umask = static_cast<std::uint32_t>(definition.umask);
    group.nice = static_cast<std::uint32_t>(definition.nice);
    group.files = static_cast<std::uint32_t>(definition.files);
    group.address_megabytes = static_cast<std::uint32_t>(definition.address_space);
    group.root = definition.chroot == nullptr ? "" : definition.chroot;
    group.directory = definition.directory;
    group.command = command_from(definition, s);
    group.environment = environment_from(definition, config);
    group.start_seconds = static_cast<std::uint32_t>(definition.start_timeout);
    group.drain_seconds = static_cast<std::uint32_t>(definition.graceful_timeout);
    if (definition.command != nullptr)
        group.ready_seconds = static_cast<std::uint32_t>(definition.ready_after);
    else
        group.pulse_seconds = static_cast<std::uint32_t>(definition.deadlock_timeout);
    return group;
}

std::string supervisor_program() { return apache::program_beside_module("pyhook-supervisor" PYHOOK_SUFFIX); }

} // namespace pyhook::processes
