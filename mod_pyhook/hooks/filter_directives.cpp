#include "config/directive.h"
#include "hooks/filters.h"

#include <algorithm>

#include "py/poison.h"

namespace pyhook {

namespace {

using ThreeWords = const char *(cmd_parms *, void *, const char *, const char *, const char *);

constexpr std::pair<std::string_view, ap_filter_type> types[] = {{"type=resource", AP_FTYPE_RESOURCE},
                                                                 {"type=content", AP_FTYPE_CONTENT_SET},
                                                                 {"type=protocol", AP_FTYPE_PROTOCOL},
                                                                 {"type=connection", AP_FTYPE_CONNECTION}};

bool is_name(std::string_view name) {
    return std::all_of(name.begin(), name.end(), [](unsigned char byte) {
        return apr_isalnum(byte) != 0 || byte == '_' || byte == '-' || byte == '.';
    });
}

const char *define(cmd_parms *cmd, Direction direction, const char *name, const char *spec, const char *type) {
    if (!is_name(name))
        return apr_psprintf(cmd->pool, "'%s' is no name of a filter: letters, digits, '_', '-' and '.' make one", name);
    if (const char *problem = spec_problem(cmd->pool, spec))
        return problem;
    const auto *known = std::find_if(std::begin(types), std::end(types), [&](const auto &row) {
        return row.first == (type == nullptr ? types[0].first : type);
    });
    if (known == std::end(types))
        return apr_psprintf(cmd->pool,
                            "'%s' is not understood: write type=resource, type=content, type=protocol or "
                            "type=connection",
                            type);
    return define_filter(cmd->server->process->pconf, cmd->server, direction,
                         {name, filter_target(configuration_pool(cmd), spec), known->second});
}

/// Runs while the configuration is read, so that the name exists wherever it is used.
template <Direction direction>
const char *add_filter(cmd_parms *cmd, void *, const char *name, const char *spec, const char *type) {
    if (const char *problem = ap_check_cmd_context(cmd, GLOBAL_ONLY))
        return problem;
    const char *problem = define(cmd, direction, name, spec, type);
    return problem == nullptr ? nullptr : sentence(cmd, problem);
}

constexpr command_rec row(const char *name, ThreeWords *function, const char *help) {
    return {name, {.take3 = function}, nullptr, RSRC_CONF | EXEC_ON_READ, TAKE23, help};
}

constexpr command_rec rows[] = {
    row("PyHookOutputFilter",
        add_filter<Direction::output>,
        "Defines a filter of responses: its name, module:callable and, if it is no ordinary one, type=."),
    row("PyHookInputFilter",
        add_filter<Direction::input>,
        "Defines a filter of request bodies: its name, module:callable and, if it is no ordinary one, type=."),
};

} // namespace

std::span<const command_rec> filter_directives() { return rows; }

} // namespace pyhook
