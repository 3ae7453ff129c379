#include "directives/interpreters.h"

#include "py/version.h"

#include "apache/pool.h"

#include "config/target.h"
#include "directives/directive.h"

#include <algorithm>
#include <bitset>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <unistd.h>

namespace pyhook {

namespace {

using Definition = InterpreterDefinition;

constexpr int most_members = 64;

const char *set_gil(cmd_parms *cmd, Definition &definition, const char *value) {
    definition.own_gil = strcmp(value, "own") == 0;
    if (!definition.own_gil && strcmp(value, "shared") != 0)
        return apr_psprintf(cmd->pool, "gil=%s is unknown: write gil=own or gil=shared", value);
    if (definition.own_gil && !py::version::own_gil)
        return "gil=own needs Python 3.13 or later, and mod_pyhook is linked with " PYHOOK_PYTHON_NAME
               ": write gil=shared, or build mod_pyhook with a newer Python";
    return nullptr;
}

const char *set_count(cmd_parms *cmd, Definition &definition, const char *value) {
    char *end = nullptr;
    const apr_int64_t count = apr_strtoi64(value, &end, 10);
    if (apr_isdigit(*value) == 0 || *end != '\0' || count < 1 || count > most_members)
        return apr_psprintf(cmd->pool, "count=%s is no number from 1 to %d", value, most_members);
    definition.count = static_cast<int>(count);
    return nullptr;
}

const char *set_home(cmd_parms *cmd, Definition &definition, const char *value) {
    return find_home(cmd->pool, value, definition.home);
}

struct Key {
    std::string_view name;
    bool once;
    const char *(*read)(cmd_parms *, Definition &, const char *value);
};

constexpr Key keys[] = {
    {"gil", true, set_gil},
    {"count", true, set_count},
    {"path", false, add_to<Definition, add_directory>},
    {"home", true, set_home},
    {"setenv", false, add_to<Definition, add_variable>},
    {"import", false, add_to<Definition, add_import>},
};

using Seen = std::bitset<std::size(keys)>;

const char *read_word(cmd_parms *cmd, Definition &definition, const char *word, Seen &seen) {
    const char *equals = strchr(word, '=');
    for (std::size_t index = 0; index < std::size(keys); ++index) {
        const Key &key = keys[index];
        if (equals == nullptr || key.name != std::string_view(word, equals))
            continue;
        if (key.once && seen[index])
            return given_twice(cmd->pool, word);
        seen[index] = true;
        return key.read(cmd, definition, equals + 1);
    }
    return apr_psprintf(cmd->pool,
                        "'%s' is unknown: after the name come gil=, count=, path=, home=, setenv= and import=", word);
}

} // namespace

const char *add_directory(cmd_parms *cmd, Surroundings &surroundings, const char *value) {
    const char *problem = nullptr;
    const char *directory = existing_directory(cmd->pool, value, &problem);
    if (problem == nullptr)
        APR_ARRAY_PUSH(surroundings.path, const char *) = directory;
    return problem;
}

const char *add_variable(cmd_parms *cmd, Surroundings &surroundings, const char *value) {
    const char *equals = strchr(value, '=');
    if (equals == nullptr || equals == value)
        return apr_psprintf(cmd->pool, "setenv=%s is no variable: write setenv=NAME=VALUE", value);
    apr_table_setn(surroundings.environment, apache::copy(cmd->pool, {value, equals}), equals + 1);
    return nullptr;
}

const char *add_import(cmd_parms *cmd, Surroundings &surroundings, const char *value) {
    if (const char *problem = module_problem(cmd->pool, value))
        return problem;
    APR_ARRAY_PUSH(surroundings.imports, const char *) = value;
    return nullptr;
}

const char *read_interpreter(cmd_parms *cmd, InterpreterDefinition &definition, std::span<char *const> words) {
    Seen seen;
    for (const char *word : words)
        if (const char *problem = read_word(cmd, definition, word, seen))
            return problem;
    return nullptr;
}

namespace {

namespace fs = std::filesystem;

constexpr std::string_view linked_name = PYHOOK_PYTHON_NAME; // "3.11"; "3.14t" where there is no GIL
constexpr std::string_view linked_version = linked_name.substr(0, linked_name.find('t'));
constexpr const char *library = "lib/python" PYHOOK_PYTHON_NAME;
constexpr const char *cfg = "pyvenv.cfg";
constexpr const char *make_it = "make it anew with python" PYHOOK_PYTHON_NAME " -m venv";

std::string anew(const std::string &flaw) { return flaw + ": " + make_it; }

/// The environment that a path into it belongs to.
fs::path root_of(fs::path path) {
    path = path.lexically_normal();
    while (path.has_relative_path() && path.filename().empty())
        path = path.parent_path();
    const std::string name = path.filename();
    if (name.starts_with("python") && path.parent_path().filename() == "bin")
        return path.parent_path().parent_path();
    if (name.starts_with("python") && path.parent_path().filename() == "lib")
        return path.parent_path().parent_path();
    if (name == "lib" || name == "bin")
        return path.parent_path();
    return path;
}

/// What a pyvenv.cfg says. CPython takes its keys in any case.
std::map<std::string, std::string> settings_in(const fs::path &root) {
    const auto stripped = [](std::string_view text) {
        const std::size_t start = std::min(text.find_first_not_of(" \t\r"), text.size());
        return std::string(text.substr(start, text.find_last_not_of(" \t\r") + 1 - start));
    };
    std::map<std::string, std::string> settings;
    std::ifstream file(root / cfg);
    for (std::string line; std::getline(file, line);) {
        const std::size_t equals = line.find('=');
        if (equals == std::string::npos)
            continue;
        std::string key = stripped(std::string_view(line).substr(0, equals));
        std::transform(key.begin(), key.end(), key.begin(), [](unsigned char byte) { return apr_tolower(byte); });
        settings[key] = stripped(std::string_view(line).substr(equals + 1));
    }
    return settings;
}

/// "3.11" from "3.11.2" or "3.11.2.final.0"; empty where nobody says.
std::string version_in(const std::map<std::string, std::string> &settings) {
    for (const char *key : {"version", "version_info"}) { // of venv; of virtualenv and uv
        const auto said = settings.find(key);
        if (said == settings.end())
            continue;
        const std::string &version = said->second;
        const std::size_t minor = version.find('.');
        return version.substr(0, minor == std::string::npos ? minor : version.find('.', minor + 1));
    }
    return {};
}

fs::path executable_in(const fs::path &root) {
    std::error_code ignored;
    for (const char *name : {"bin/python3", "bin/python"})
        if (fs::exists(root / name, ignored))
            return root / name;
    return {};
}

bool is_linked_python(const fs::path &root) {
    std::error_code ignored;
    return fs::equivalent(root, PYHOOK_PYTHON_PREFIX, ignored);
}

/// What is wrong with the programs in it.
std::string flaw_in_bin(const fs::path &root) {
    std::error_code ignored;
    const fs::path executable = executable_in(root);
    if (executable.empty() &&
        (fs::is_symlink(root / "bin/python3", ignored) || fs::is_symlink(root / "bin/python", ignored)))
        return anew("is an environment of a Python that is gone");
    if (executable.empty())
        return "has no bin/python: name the top of a virtual environment";
    if (!fs::is_regular_file(executable, ignored) || access(executable.c_str(), X_OK) != 0)
        return anew("has a bin/python that can't be run");
    return {};
}

/// What is wrong with an environment, as the rest of a sentence, and the cure; empty if nothing is.
std::string flaw_in(const fs::path &root) {
    std::error_code ignored;
    const auto settings = settings_in(root);
    if (const std::string version = version_in(settings); !version.empty() && version != linked_version)
        return anew("is an environment of Python " + version +
                    ", but mod_pyhook is linked with Python " PYHOOK_PYTHON_NAME);
    if (std::string flaw = flaw_in_bin(root); !flaw.empty())
        return flaw;
    if (!fs::is_directory(root / library, ignored))
        return std::string("has no ") + library +
               ": name an environment of the Python that mod_pyhook is linked with, or make one with "
               "python" PYHOOK_PYTHON_NAME " -m venv";
    if (is_linked_python(root))
        return {};
    const auto base = settings.find("home");
    if (base == settings.end())
        return anew("has no pyvenv.cfg that names its Python");
    if (!fs::is_directory(base->second, ignored))
        return anew("is an environment of a Python that is gone, that of " + base->second);
    if (!fs::is_directory(root / library / "site-packages", ignored))
        return anew(std::string("has no ") + library + "/site-packages");
    return {};
}

} // namespace

const char *find_home(apr_pool_t *pool, const char *path, Home &home) {
    const char *absolute = *path == '\0' ? nullptr : ap_server_root_relative(pool, path);
    if (absolute == nullptr)
        return "this can't be a path: name the directory of a virtual environment";
    const fs::path root = root_of(absolute);
    std::error_code ignored;
    if (!fs::is_directory(root, ignored))
        return apr_psprintf(pool, "there is no directory '%s': name an existing virtual environment", absolute);
    if (const std::string flaw = flaw_in(root); !flaw.empty())
        return apr_psprintf(pool, "'%s' %s", absolute, flaw.c_str());
    home = {.root = apache::copy(pool, root.string()), .executable = apache::copy(pool, executable_in(root).string())};
    return nullptr;
}

std::string home_missed(const Home &home, const std::string &prefix) {
    const fs::path root = home.root;
    std::error_code ignored;
    const bool is_readable = is_linked_python(root) || access((root / cfg).c_str(), R_OK) == 0;
    if (is_readable && fs::equivalent(root, prefix, ignored))
        return {};
    return "'" + root.string() + "' is not the environment that Python runs in, which is '" + prefix +
           "': let the server's user read it and all that is in it, or " + make_it;
}

const char *existing_directory(apr_pool_t *pool, const char *path, const char **problem) {
    const char *directory = *path == '\0' ? nullptr : ap_server_root_relative(pool, path);
    std::error_code ignored;
    if (directory != nullptr && fs::is_directory(directory, ignored))
        return directory;
    *problem = apr_psprintf(pool, "there is no directory '%s': name one that holds modules", path);
    return nullptr;
}

} // namespace pyhook
