#include "dump/lines.h"

#include "config/config.h"
#include "dump/json.h"

#include <algorithm>
#include <string>
#include <unistd.h>
#include <vector>

namespace pyhook {

namespace {

constexpr const char *use_names[] = {"callable", "filter", "application", "factory"}; // by Use

bool is_part_of_name(char letter) { return letter == '_' || letter == '.' || apr_isalnum(letter) != 0; }

/// The words of a directive of ours that name callables: `args` has them as words of their own.
bool has_word(apr_pool_t *pool, const char *args, std::string_view wanted) {
    while (*args != '\0')
        if (wanted == ap_getword_conf(pool, &args))
            return true;
    return false;
}

/// A format or an expression has them in between.
bool mentions(std::string_view args, std::string_view wanted) {
    for (std::size_t at = args.find(wanted); at != std::string_view::npos; at = args.find(wanted, at + 1)) {
        const std::size_t end = at + wanted.size();
        if ((at == 0 || !is_part_of_name(args[at - 1])) && (end == args.size() || !is_part_of_name(args[end])))
            return true;
    }
    return false;
}

class Dump {
public:
    explicit Dump(apr_pool_t *pconf) : targets_(known_targets(pconf)) { apr_pool_create(&pool_, pconf); }

    void print(const ap_directive_t *line, int section) {
        for (; line != nullptr; line = line->next) {
            const int number = ++count_;
            print_line(*line, number, section);
            print(line->first_child, number);
        }
    }

private:
    void print_line(const ap_directive_t &line, int number, int section) {
        apr_pool_clear(pool_);
        JsonLine made;
        made.add("number", number).add("section", section);
        made.add("directive", line.directive).add("args", line.args == nullptr ? "" : line.args);
        made.add("file", line.filename == nullptr ? "" : line.filename).add("line", line.line_num);
        if (const std::string callables = callables_of(line); !callables.empty())
            made.add_made("callables", "[" + callables + "]");
        if (const Phase *phase = phase_of(line))
            made.add("phase", phase->name).add_made("all_run", phase->run == Run::all ? "true" : "false");
        write_line(STDOUT_FILENO, made);
    }

    std::string callables_of(const ap_directive_t &line) {
        const char *args = line.args == nullptr ? "" : line.args;
        const bool is_own = ap_cstr_casecmpn(line.directive, "PyHook", 6) == 0;
        std::string list;
        if (is_own && ap_cstr_casecmp(line.directive, "PyHookOption") == 0)
            return list;
        for (const Target *target : targets_) {
            if (!(is_own ? has_word(pool_, args, target->spec) : mentions(args, target->spec)))
                continue;
            JsonLine callable;
            callable.add("spec", target->spec).add("use", use_names[static_cast<std::size_t>(target->use)]);
            list += (list.empty() ? "" : ", ") + callable.object();
        }
        return list;
    }

    static const Phase *phase_of(const ap_directive_t &line) {
        const auto *found = std::find_if(std::begin(phases), std::end(phases), [&](const Phase &phase) {
            return ap_cstr_casecmp(phase.directive, line.directive) == 0;
        });
        return found == std::end(phases) ? nullptr : found;
    }

    const std::vector<const Target *> targets_;
    apr_pool_t *pool_ = nullptr;
    int count_ = 0;
};

} // namespace

void dump_lines(apr_pool_t *pconf) { Dump(pconf).print(ap_conftree, 0); }

} // namespace pyhook
