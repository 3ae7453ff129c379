#include "directives/directive.h"
#include "filters/filters.h"

#include <algorithm>

#include "py/poison.h"

namespace pyhook {

namespace {

struct Type {
    std::string_view word;
    ap_filter_type value;

    void apply(FilterDefinition &definition) const { definition.type = value; }
};

struct HowMuch {
    std::string_view word;
    apache::Change value;

    void apply(FilterDefinition &definition) const { definition.change = value; }
};

constexpr Type types[] = {{"type=resource", AP_FTYPE_RESOURCE},
                          {"type=content", AP_FTYPE_CONTENT_SET},
                          {"type=protocol", AP_FTYPE_PROTOCOL},
                          {"type=connection", AP_FTYPE_CONNECTION}};

constexpr HowMuch changes[] = {{"change=no", apache::Change::nothing},
                               {"change=1:1", apache::Change::bytes},
                               {"change=yes", apache::Change::length}};

/// If the word stands in the table, changes the definition as its row says.
template <class Row, std::size_t size>
bool apply(const Row (&rows)[size], std::string_view word, FilterDefinition &definition) {
    const auto *known = std::find_if(rows, rows + size, [&](const Row &row) { return row.word == word; });
    if (known == rows + size)
        return false;
    known->apply(definition);
    return true;
}

/// True if an earlier word has the same key.
bool has_come(std::span<char *const> before, std::string_view word) {
    const std::string_view key = word.substr(0, word.find('=') + 1);
    return std::any_of(before.begin(), before.end(), [&](std::string_view other) { return other.starts_with(key); });
}

const char *
read_options(cmd_parms *cmd, Direction direction, std::span<char *const> words, FilterDefinition &definition) {
    for (std::size_t at = 0; at < words.size(); ++at) {
        const char *word = words[at];
        if (!apply(types, word, definition) && !(direction == Direction::output && apply(changes, word, definition)))
            return apr_pstrcat(
                cmd->pool, "'", word,
                "' is not understood: write type=resource, type=content, type=protocol or type=connection",
                direction == Direction::output ? ", and change=no, change=1:1 or change=yes" : "", nullptr);
        if (has_come(words.first(at), word))
            return given_twice(cmd->pool, word);
    }
    return nullptr;
}

const char *define(cmd_parms *cmd, Direction direction, std::span<char *const> words) {
    if (words.size() < 2)
        return "a name and module:callable are needed";
    const char *name = words[0];
    const char *spec = words[1];
    if (const char *problem = name_problem(cmd->pool, name))
        return problem;
    if (const char *problem = spec_problem(cmd->pool, spec))
        return problem;
    FilterDefinition definition = {name, filter_target(configuration_pool(cmd), spec), AP_FTYPE_RESOURCE,
                                   apache::Change::length};
    if (const char *problem = read_options(cmd, direction, words.subspan(2), definition))
        return problem;
    return define_filter(cmd->server->process->pconf, cmd->server, direction, definition);
}

/// Runs while httpd reads the configuration, so that the name exists wherever another directive uses it.
template <Direction direction> const char *add_filter(cmd_parms *cmd, void *tree, int count, char *const *words) {
    keep_in_tree(cmd, tree);
    const char *problem = define(cmd, direction, {words, static_cast<std::size_t>(count)});
    return problem == nullptr ? nullptr : sentence(cmd, problem);
}

constexpr command_rec row(const char *name, ManyWords *function, const char *help) {
    return {name, {.take_argv = function}, nullptr, RSRC_CONF | EXEC_ON_READ, TAKE_ARGV, help};
}

constexpr command_rec rows[] = {
    row("PyHookOutputFilter",
        add_filter<Direction::output>,
        "Defines a filter of responses: its name, module:callable and, if it is no ordinary one, type= and change=."),
    row("PyHookInputFilter",
        add_filter<Direction::input>,
        "Defines a filter of request bodies: its name, module:callable and, if it is no ordinary one, type=."),
};

} // namespace

std::span<const command_rec> filter_directives() { return rows; }

} // namespace pyhook
