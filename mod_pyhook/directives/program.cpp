#include "directives/program.h"

#include "apache/table.h"

#include "directives/chroot.h"

#include <cstdlib>
#include <filesystem>
#include <string>
#include <sys/un.h>

namespace pyhook {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest_socket = sizeof(sockaddr_un::sun_path) - sizeof(".new"); // see processes/listening

/// Looks in the environment of home=, then where httpd itself finds programs.
std::string found_on_path(const ProcessesDefinition &definition, const std::string &name) {
    std::string directories;
    if (definition.python != nullptr)
        directories = fs::path(definition.python).parent_path().string() + ":";
    if (const char *path = std::getenv("PATH"))
        directories += path;
    while (!directories.empty()) {
        const std::size_t end = std::min(directories.find(':'), directories.size());
        const std::string candidate = directories.substr(0, end) + "/" + name;
        if (candidate.front() == '/' && has_program(definition, candidate.c_str()))
            return candidate;
        directories.erase(0, end + 1);
    }
    return {};
}

const char *socket_problem(apr_pool_t *pool, const char *path) {
    std::error_code ignored;
    if (strlen(path) > longest_socket)
        return apr_psprintf(pool,
                            "the path of the socket, %s, is longer than %d bytes: name a shorter one in socket=", path,
                            static_cast<int>(longest_socket));
    const fs::path parent = fs::path(path).parent_path();
    if (!fs::path(path).has_filename() || !fs::is_directory(parent, ignored))
        return apr_psprintf(pool,
                            "the socket %s is no file in a directory that is there: name one in socket=, as in "
                            "/run/shop.sock",
                            path);
    return nullptr;
}

} // namespace

const char *set_command(cmd_parms *cmd, ProcessesDefinition &definition, const char *value) {
    char **words = nullptr;
    apr_tokenize_to_argv(value, &words, cmd->pool);
    auto *command = apr_array_make(cmd->pool, 8, sizeof(const char *));
    for (; *words != nullptr; ++words)
        APR_ARRAY_PUSH(command, const char *) = *words;
    if (command->nelts == 0)
        return "command= is empty: name a program and its arguments, as in command=\"/srv/shop/bin/gunicorn shop:app\"";
    definition.command = command;
    return nullptr;
}

const char *set_socket(cmd_parms *cmd, ProcessesDefinition &definition, const char *value) {
    const char *path = *value == '\0' ? nullptr : ap_runtime_dir_relative(cmd->pool, value);
    if (path == nullptr)
        return apr_psprintf(cmd->pool, "socket=%s is no path: name a file, as in socket=/run/shop.sock", value);
    definition.socket = path;
    return nullptr;
}

const char *find_program(apr_pool_t *pool, ProcessesDefinition &definition) {
    const char *&name = APR_ARRAY_IDX(definition.command, 0, const char *);
    if (strchr(name, '/') == nullptr) {
        const std::string found = found_on_path(definition, name);
        if (found.empty())
            return apr_psprintf(pool, "command= names the program '%s', which is nowhere on the PATH: write its path",
                                name);
        name = apr_pstrdup(pool, found.c_str());
    }
    const char *path = ap_server_root_relative(pool, name);
    if (path == nullptr || !has_program(definition, path))
        return apr_psprintf(
            pool, "command=%s is no program: name one, as in command=\"/srv/shop/bin/gunicorn shop:app\"", name);
    name = path;
    if (definition.socket == nullptr)
        definition.socket =
            ap_runtime_dir_relative(pool, apr_pstrcat(pool, "pyhook-", definition.name, ".sock", nullptr));
    return socket_problem(pool, definition.socket);
}

std::vector<char *> words_of(const cmd_parms *cmd) {
    std::vector<char *> words;
    const char *rest = cmd->directive->args;
    while (apr_isspace(*rest) != 0)
        ++rest;
    while (*rest != '\0') {
        const char *equals = rest + strcspn(rest, "=\"' \t");
        if (*equals == '=' && (equals[1] == '"' || equals[1] == '\'')) {
            const char *key = apr_pstrmemdup(cmd->pool, rest, static_cast<apr_size_t>(equals + 1 - rest));
            rest = equals + 1;
            words.push_back(apr_pstrcat(cmd->pool, key, ap_getword_conf(cmd->pool, &rest), nullptr));
        } else
            words.push_back(ap_getword_conf(cmd->pool, &rest));
    }
    return words;
}

} // namespace pyhook
