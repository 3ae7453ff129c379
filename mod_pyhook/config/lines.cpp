#include "config/lines.h"

namespace pyhook {

namespace {

bool is_part_of_name(char letter) { return letter == '_' || letter == '.' || apr_isalnum(letter) != 0; }

bool has_word(apr_pool_t *pool, const char *args, std::string_view wanted) {
    while (*args != '\0')
        if (wanted == ap_getword_conf(pool, &args))
            return true;
    return false;
}

bool mentions(std::string_view args, std::string_view wanted) {
    for (std::size_t at = args.find(wanted); at != std::string_view::npos; at = args.find(wanted, at + 1)) {
        const std::size_t end = at + wanted.size();
        if ((at == 0 || !is_part_of_name(args[at - 1])) && (end == args.size() || !is_part_of_name(args[end])))
            return true;
    }
    return false;
}

void collect(std::vector<const ap_directive_t *> &found,
             apr_pool_t *temporary,
             const ap_directive_t *line,
             std::string_view spec) {
    for (; line != nullptr; line = line->next) {
        if (names(temporary, *line, spec))
            found.push_back(line);
        collect(found, temporary, line->first_child, spec);
    }
}

} // namespace

bool names(apr_pool_t *temporary, const ap_directive_t &line, std::string_view spec) {
    if (line.args == nullptr || ap_cstr_casecmp(line.directive, "PyHookOption") == 0)
        return false;
    if (ap_cstr_casecmpn(line.directive, "PyHook", 6) == 0)
        return has_word(temporary, line.args, spec);
    return mentions(line.args, spec);
}

std::vector<const ap_directive_t *> lines_naming(apr_pool_t *temporary, std::string_view spec) {
    std::vector<const ap_directive_t *> found;
    collect(found, temporary, ap_conftree, spec);
    return found;
}

} // namespace pyhook
