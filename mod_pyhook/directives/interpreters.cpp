#include "directives/interpreters.h"

#include "py/version.h"

#include "apache/pool.h"

#include "config/target.h"
#include "directives/directive.h"
#include "directives/home.h"

#include <bitset>
#include <string_view>

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

const char *add_directory(cmd_parms *cmd, Definition &definition, const char *value) {
    const char *problem = nullptr;
    const char *directory = existing_directory(cmd->pool, value, &problem);
    if (problem == nullptr)
        APR_ARRAY_PUSH(definition.path, const char *) = directory;
    return problem;
}

const char *set_home(cmd_parms *cmd, Definition &definition, const char *value) {
    return find_home(cmd->pool, value, definition.home);
}

const char *add_variable(cmd_parms *cmd, Definition &definition, const char *value) {
    const char *equals = strchr(value, '=');
    if (equals == nullptr || equals == value)
        return apr_psprintf(cmd->pool, "setenv=%s is no variable: write setenv=NAME=VALUE", value);
    apr_table_setn(definition.environment, apache::copy(cmd->pool, {value, equals}), equals + 1);
    return nullptr;
}

const char *add_import(cmd_parms *cmd, Definition &definition, const char *value) {
    if (const char *problem = module_problem(cmd->pool, value))
        return problem;
    APR_ARRAY_PUSH(definition.imports, const char *) = value;
    return nullptr;
}

struct Key {
    std::string_view name;
    bool once;
    const char *(*read)(cmd_parms *, Definition &, const char *value);
};

constexpr Key keys[] = {
    {"gil", true, set_gil},   {"count", true, set_count},      {"path", false, add_directory},
    {"home", true, set_home}, {"setenv", false, add_variable}, {"import", false, add_import},
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

const char *read_interpreter(cmd_parms *cmd, InterpreterDefinition &definition, std::span<char *const> words) {
    Seen seen;
    for (const char *word : words)
        if (const char *problem = read_word(cmd, definition, word, seen))
            return problem;
    return nullptr;
}

} // namespace pyhook
