#include "config/told_lines.h"

#include "apache/json.h"

#include "config/config.h"
#include "config/lines.h"

#include <algorithm>
#include <vector>

namespace pyhook {

namespace {

constexpr const char *use_names[] = {"callable", "filter", "application", "factory"}; // by Use

class Lines {
public:
    using Take = std::function<void(const std::string &)>;

    Lines(apr_pool_t *pconf, Told told, const Take &take) : targets_(known_targets(pconf)), told_(told), take_(take) {
        apr_pool_create(&pool_, nullptr); // a child of no other pool, because any thread may ask
    }
    Lines(const Lines &) = delete;
    Lines &operator=(const Lines &) = delete;
    ~Lines() { apr_pool_destroy(pool_); }

    void tell(const ap_directive_t *line, int section) {
        for (; line != nullptr; line = line->next) {
            const int number = ++count_;
            tell_line(*line, number, section);
            tell(line->first_child, number);
        }
    }

private:
    void tell_line(const ap_directive_t &line, int number, int section) {
        apr_pool_clear(pool_);
        const auto callables = callables_of(line);
        const bool has_name = is_named(line);
        if (told_ == Told::routes && callables.empty() && !has_name && *line.directive != '<')
            return;
        const char *args = line.args == nullptr ? "" : line.args;
        if (told_ == Told::routes && has_name)
            args = ap_getword_conf(pool_, &args);
        apache::JsonObject made;
        made.add_number("number", number).add_number("section", section);
        made.add("directive", line.directive).add("args", args);
        made.add("file", line.filename == nullptr ? "" : line.filename);
        made.add_number("line", line.line_num);
        if (!callables.empty())
            made.add_made("callables", apache::json_list(callables));
        if (const Phase *phase = phase_of(line))
            made.add("phase", phase->name).add_truth("all_run", phase->run == Run::all);
        take_(made.text());
    }

    std::vector<std::string> callables_of(const ap_directive_t &line) {
        std::vector<std::string> list;
        for (const Target *target : targets_) {
            if (!names(pool_, line, target->spec))
                continue;
            apache::JsonObject callable;
            callable.add("spec", target->spec).add("use", use_names[static_cast<std::size_t>(target->use)]);
            list.push_back(callable.text());
        }
        return list;
    }

    /// Whose first word a route refers to. The others may hold secrets.
    static bool is_named(const ap_directive_t &line) {
        constexpr const char *directives[] = {"PyHookRunIn", "PyHookInterpreter", "PyHookProcesses", "ServerName"};
        return std::any_of(std::begin(directives), std::end(directives),
                           [&](const char *name) { return ap_cstr_casecmp(name, line.directive) == 0; });
    }

    static const Phase *phase_of(const ap_directive_t &line) {
        const auto *found = std::find_if(std::begin(phases), std::end(phases), [&](const Phase &phase) {
            return ap_cstr_casecmp(phase.directive, line.directive) == 0;
        });
        return found == std::end(phases) ? nullptr : found;
    }

    const std::vector<const Target *> targets_;
    const Told told_;
    const Take &take_;
    apr_pool_t *pool_ = nullptr;
    int count_ = 0;
};

} // namespace

void tell_lines(apr_pool_t *pconf, Told told, const std::function<void(const std::string &)> &take) {
    Lines(pconf, told, take).tell(ap_conftree, 0);
}

} // namespace pyhook
