#include "directives/sharing_directives.h"

#include "config/config.h"
#include "directives/directive.h"

namespace pyhook {

namespace {

const char *add_shared(cmd_parms *cmd, void *, const char *name, const char *size_text) {
    if (const char *problem = only_globally(cmd))
        return problem;
    if (const char *problem = name_problem(cmd->pool, name))
        return sentence(cmd, problem);
    constexpr std::size_t most = std::size_t{4096} << 20;
    const auto size = static_cast<std::size_t>(size_from(size_text));
    if (size < apache::SharedTable::least_size || size > most)
        return sentence(cmd, apr_psprintf(cmd->pool, "'%s' is no size: write 64K or 10M, from 4K to 4096M", size_text));
    apr_array_header_t *shared = ServerConfig::of(cmd->server).shared;
    for (int index = 0; index < shared->nelts; ++index)
        if (strcmp(APR_ARRAY_IDX(shared, index, SharedDefinition).name, name) == 0)
            return sentence(cmd,
                            apr_psprintf(cmd->pool, "there is a dictionary '%s' already: choose another name", name));
    APR_ARRAY_PUSH(shared, SharedDefinition) = {.name = name, .size = size};
    return nullptr;
}

constexpr command_rec rows[] = {
    two("PyHookShared",
        add_shared,
        RSRC_CONF,
        "A dictionary in memory that all children share: its name and its size (64K, 10M)."),
};

} // namespace

std::span<const command_rec> sharing_directives() { return rows; }

} // namespace pyhook
