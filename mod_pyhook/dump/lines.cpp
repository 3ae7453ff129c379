#include "dump/lines.h"

#include "config/config.h"
#include "config/lines.h"
#include "dump/json.h"

#include <algorithm>
#include <string>
#include <unistd.h>
#include <vector>

namespace pyhook {

namespace {

constexpr const char *use_names[] = {"callable", "filter", "application", "factory"}; // by Use

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
        std::string list;
        for (const Target *target : targets_) {
            if (!names(pool_, line, target->spec))
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
