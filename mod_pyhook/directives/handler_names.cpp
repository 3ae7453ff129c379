#include "config/handler_names.h"

#include "config/mount.h"
#include "directives/checks.h"
#include "directives/directive.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <string_view>

namespace pyhook {

namespace {

constexpr const char *all_names[] = {handler_names::health, handler_names::metrics, handler_of(Gateway::wsgi),
                                     handler_of(Gateway::asgi)};
constexpr std::string_view prefix = "pyhook-";
constexpr std::size_t longest = 32; // of names that are compared, and more than any of ours has
constexpr std::size_t misspelled = 2;

/// How many letters must be put in, taken out or replaced to make one name of the other.
std::size_t misspellings(std::string_view one, std::string_view other) {
    std::array<std::size_t, longest + 1> row{};
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t line = 0; line < one.size(); ++line) {
        std::size_t diagonal = row[0]++;
        for (std::size_t at = 0; at < other.size(); ++at) {
            const std::size_t replaced = diagonal + (one[line] == other[at] ? 0 : 1);
            diagonal = row[at + 1];
            row[at + 1] = std::min({replaced, row[at] + 1, row[at + 1] + 1});
        }
    }
    return row[other.size()];
}

} // namespace

const char *handler_problem(apr_pool_t *pool, const char *written) {
    char *const lower = apr_pstrdup(pool, written); // as httpd makes it
    ap_str_tolower(lower);
    if (strstr(lower, "%{") != nullptr)
        return nullptr; // what stands in braces is known only when a request comes
    const std::string_view name = std::string_view(lower).substr(0, longest);
    const auto further = [&](const char *one, const char *other) {
        return misspellings(one, name) < misspellings(other, name);
    };
    const char *nearest = *std::min_element(std::begin(all_names), std::end(all_names), further);
    const std::size_t letters = misspellings(nearest, name);
    if (letters == 0 || (letters > misspelled && !name.starts_with(prefix)))
        return nullptr;
    return apr_psprintf(pool, "there is no handler '%s': write %s", written, nearest);
}

bool check_added_handlers(apr_pool_t *temporary, const ap_directive_t *line) {
    bool fine = true;
    for (; line != nullptr; line = line->next) {
        const char *words = line->args;
        const bool adds = ap_cstr_casecmp(line->directive, "AddHandler") == 0;
        if (const char *problem = adds ? handler_problem(temporary, ap_getword_conf(temporary, &words)) : nullptr) {
            log_syntax_error(*line, apr_pstrcat(temporary, line->directive, ": ", problem, nullptr));
            fine = false;
        }
        fine = check_added_handlers(temporary, line->first_child) && fine;
    }
    return fine;
}

} // namespace pyhook
