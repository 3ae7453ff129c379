#include "config/named.h"

#include "apache/pool.h"

namespace pyhook {

const char *read_written(apr_pool_t *pool, const char *text, Written &written) {
    const std::string_view words = text;
    const std::size_t end = words.find(' ');
    const char *spec = apache::copy(pool, words.substr(0, end));
    if (const char *problem = spec_problem(pool, spec))
        return problem;
    const std::size_t argument = words.find_first_not_of(' ', end);
    written.choice = {.preferred = target(ap_server_conf->process->pconf, spec), .otherwise = nullptr};
    written.argument = argument == std::string_view::npos ? nullptr : apache::copy(pool, words.substr(argument));
    return nullptr;
}

const Named *find_named(const apr_array_header_t *list, std::string_view name) noexcept {
    for (int position = 0; position < list->nelts; ++position)
        if (const Named *named = APR_ARRAY_IDX(list, position, const Named *); name == named->name)
            return named;
    return nullptr;
}

} // namespace pyhook
