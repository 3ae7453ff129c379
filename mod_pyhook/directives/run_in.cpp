#include "apache/table.h"

#include "config/lines.h"
#include "config/target.h"
#include "directives/checks.h"
#include "directives/directive.h"

#include <algorithm>
#include <list>
#include <string>

namespace pyhook {

namespace {

/// A directive whose Python stays in httpd's children, and what to write instead where its place runs in processes.
struct Stays {
    const char *directive;
    const char *word; // that makes the difference, or null: the directive as such
    bool names_url;   // by its first word; otherwise the section says where it holds
    const char *problem;
};

constexpr const char *preloads = "preload loads the application in httpd's children: leave the word away, and write "
                                 "import= into the PyHookProcesses line";
constexpr const char *sockets = "processes run applications and content handlers, and no handlers of WebSockets: write "
                                "PyHookRunIn main at this place, or an interpreter";

constexpr Stays staying[] = {
    {"PyHookWebSocket", nullptr, false, sockets},   {"PyHookWSGI", "preload", false, preloads},
    {"PyHookWSGIAlias", "preload", true, preloads}, {"PyHookASGI", "preload", false, preloads},
    {"PyHookASGIAlias", "preload", true, preloads},
};

bool is_called(const ap_directive_t &line, const char *name) { return ap_cstr_casecmp(line.directive, name) == 0; }

bool has_line(const ap_directive_t *line, const char *name) {
    for (; line != nullptr; line = line->next)
        if (is_called(*line, name) || has_line(line->first_child, name))
            return true;
    return false;
}

/// A section, or a whole server, and what its PyHookRunIn names.
struct Section {
    const ap_directive_t *opening; // null: the main server
    const Section *outer;          // null: a server
    const char *choice;            // null: it has no PyHookRunIn
    const char *url;               // of a <Location>, as written; otherwise null
};

/// As httpd decides it: <Location /shop/> does not hold for /shop.
bool holds_for(std::string_view location, std::string_view url) {
    return url.starts_with(location) &&
           (location.ends_with('/') || url.size() == location.size() || url[location.size()] == '/');
}

class RunInCheck {
public:
    RunInCheck(apr_pool_t *pool, const ServerConfig &config) : pool_(pool), config_(config) {
        sections_.push_back({.opening = nullptr, .outer = nullptr, .choice = choice_in(ap_conftree), .url = nullptr});
        collect(ap_conftree, sections_.front());
    }

    bool run() { return check(ap_conftree, sections_.front()); }

    /// True if each application and content handler has a place that processes surely serve. Where some section names
    /// an interpreter, only a request can tell.
    bool sends_all_content() const {
        return std::all_of(
                   sections_.begin(), sections_.end(),
                   [this](const Section &each) { return each.choice == nullptr || is_processes(each.choice); }) &&
               sends_all(ap_conftree, sections_.front());
    }

private:
    const char *first_word(const ap_directive_t &line) const {
        const char *words = line.args;
        return ap_getword_conf(pool_, &words);
    }

    /// The last one holds.
    const char *choice_in(const ap_directive_t *line) const {
        const char *choice = nullptr;
        for (; line != nullptr; line = line->next)
            if (is_called(*line, "PyHookRunIn"))
                choice = first_word(*line);
        return choice;
    }

    void collect(const ap_directive_t *line, const Section &around) {
        for (; line != nullptr; line = line->next) {
            if (line->first_child == nullptr)
                continue;
            const bool is_server = is_called(*line, "<VirtualHost");
            sections_.push_back({.opening = line,
                                 .outer = is_server ? nullptr : &around,
                                 .choice = choice_in(line->first_child),
                                 .url = location_of(pool_, *line)});
            collect(line->first_child, sections_.back());
        }
    }

    const Section &opened_by(const ap_directive_t &line) const {
        return *std::find_if(sections_.begin(), sections_.end(),
                             [&](const Section &each) { return each.opening == &line; });
    }

    const Section &server_of(const Section &section) const {
        return section.outer == nullptr ? section : server_of(*section.outer);
    }

    bool is_processes(const char *name) const {
        const auto all = apache::elements<const ProcessesDefinition *>(config_.processes);
        return std::any_of(all.begin(), all.end(), [name](const ProcessesDefinition *each) {
            return name != nullptr && strcmp(each->name, name) == 0;
        });
    }

    /// The last <Location> that holds for `url` decides; those of the virtual host come after the main server's.
    const char *choice_at(std::string_view url, const Section &server) const {
        const char *choice = nullptr;
        for (const Section *one : {&sections_.front(), &server})
            for (const Section &each : sections_)
                if (each.choice != nullptr && each.url != nullptr && &server_of(each) == one &&
                    holds_for(each.url, url))
                    choice = each.choice;
        return choice;
    }

    /// What holds unless a section that only a request can tell about says something else.
    const char *choice_of(const Section &server) const {
        const bool another = std::any_of(sections_.begin(), sections_.end(), [this](const Section &each) {
            return each.outer != nullptr && each.choice != nullptr && !is_processes(each.choice);
        });
        if (another)
            return nullptr;
        return server.choice != nullptr ? server.choice : sections_.front().choice;
    }

    /// What PyHookRunIn says for a line in `section`; null if nothing, or if only a request can tell.
    const char *choice_for(const Section &section) const {
        for (const Section *each = &section; each->outer != nullptr; each = each->outer)
            if (const char *choice = each->url != nullptr ? choice_at(each->url, server_of(*each)) : each->choice)
                return choice;
        return choice_of(server_of(section));
    }

    const char *choice_for_alias(const ap_directive_t &line, const Section &section) const {
        const Section &server = server_of(section);
        const char *url = without_end_slash(pool_, first_word(line));
        const char *choice = choice_at(*url == '\0' ? "/" : url, server);
        return choice != nullptr ? choice : choice_of(server);
    }

    bool sends_all(const ap_directive_t *line, const Section &section) const {
        for (; line != nullptr; line = line->next)
            if (!(line->first_child != nullptr ? sends_all(line->first_child, opened_by(*line))
                                               : sends(*line, section)))
                return false;
        return true;
    }

    bool sends(const ap_directive_t &line, const Section &section) const {
        if (is_called(line, "PyHookWSGIAlias") || is_called(line, "PyHookASGIAlias"))
            return is_processes(choice_for_alias(line, section));
        if (is_called(line, "PyHookWSGI") || is_called(line, "PyHookASGI") || is_called(line, "PyHookHandler"))
            return has_word(line, "none") || is_processes(choice_for(section));
        return true;
    }

    bool has_word(const ap_directive_t &line, const char *wanted) const {
        for (const char *words = line.args; *words != '\0';)
            if (ap_cstr_casecmp(ap_getword_conf(pool_, &words), wanted) == 0)
                return true;
        return false;
    }

    bool check(const ap_directive_t *line, const Section &section) const {
        bool fine = true;
        for (; line != nullptr; line = line->next) {
            if (line->first_child != nullptr)
                fine = check(line->first_child, opened_by(*line)) && fine;
            else
                fine = check_line(*line, section) && fine;
        }
        return fine;
    }

    bool check_line(const ap_directive_t &line, const Section &section) const {
        for (const Stays &each : staying) {
            if (!is_called(line, each.directive) || (each.word != nullptr && !has_word(line, each.word)) ||
                has_word(line, "none"))
                continue;
            const char *choice = each.names_url ? choice_for_alias(line, section) : choice_for(section);
            if (!is_processes(choice))
                continue;
            log_syntax_error(line, apr_psprintf(pool_, "%s: PyHookRunIn sends this place to the processes '%s', but %s",
                                                each.directive, choice, each.problem));
            return false;
        }
        return true;
    }

    apr_pool_t *pool_;
    const ServerConfig &config_;
    std::list<Section> sections_; // the main server first; they know each other by address
};

/// True for a content handler that is nothing else. Where it runs, its lines tell.
bool is_only_a_handler(apr_pool_t *temporary, const Target &target) {
    const auto lines = lines_naming(temporary, target.spec);
    return target.use == Use::callable && !lines.empty() &&
           std::all_of(lines.begin(), lines.end(),
                       [](const ap_directive_t *line) { return is_called(*line, "PyHookHandler"); });
}

bool runs_in_children(apr_pool_t *temporary, const Target &target) {
    return (target.use == Use::callable && !is_only_a_handler(temporary, target)) || target.use == Use::filter;
}

} // namespace

bool children_need_python(apr_pool_t *pconf, apr_pool_t *temporary, const ServerConfig &config) {
    if (config.processes->nelts == 0 || config.interpreters->nelts > 0 || config.imports->nelts > 0 ||
        config.control != nullptr || has_line(ap_conftree, "PyHookHtaccess"))
        return true;
    const std::vector<const Target *> targets = known_targets(pconf);
    return std::any_of(targets.begin(), targets.end(),
                       [temporary](const Target *each) { return runs_in_children(temporary, *each); }) ||
           !RunInCheck(temporary, config).sends_all_content();
}

bool check_run_in(apr_pool_t *temporary, const ServerConfig &config) {
    return config.processes->nelts == 0 || RunInCheck(temporary, config).run();
}

} // namespace pyhook
