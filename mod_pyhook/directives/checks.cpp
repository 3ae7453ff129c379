#include "directives/checks.h"

#include "apache/table.h"

#include "directives/chroot.h"
#include "directives/directive.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace pyhook {

namespace {

namespace fs = std::filesystem;

using Directories = std::vector<fs::path>;

constexpr const char *cure =
    ": give each application an interpreter of its own, PyHookInterpreter NAME path=DIRECTORY, "
    "with PyHookRunIn NAME where it runs";

bool is_same(const fs::path &one, const fs::path &other) {
    std::error_code ignored;
    return fs::equivalent(one, other, ignored);
}

Directories directories_of(const apr_array_header_t *path) {
    Directories directories;
    for (int index = 0; index < path->nelts; ++index) {
        fs::path directory(APR_ARRAY_IDX(path, index, const char *));
        if (!directory.has_filename())
            directory = directory.parent_path();
        if (std::none_of(directories.begin(), directories.end(),
                         [&](const fs::path &known) { return is_same(known, directory); }))
            directories.push_back(std::move(directory));
    }
    return directories;
}

/// Is a module or a package of this name there? A directory without __init__.py is a part of one at best.
bool has_module(const fs::path &directory, const std::string &name) {
    std::error_code ignored;
    return fs::is_regular_file(directory / (name + ".py"), ignored) ||
           fs::is_regular_file(directory / name / "__init__.py", ignored);
}

const fs::path *first_with(const Directories &directories, const std::string &name) {
    const auto found = std::find_if(directories.begin(), directories.end(),
                                    [&](const fs::path &directory) { return has_module(directory, name); });
    return found == directories.end() ? nullptr : &*found;
}

/// A name that two directories give.
struct Clash {
    std::string name;
    fs::path first;
    fs::path second;
};

/// Follows a dotted name as an import does: parts of a package without __init__.py are searched together (PEP 420).
std::optional<Clash> clash_of(Directories directories, std::string_view dotted) {
    for (std::size_t end = 0; end != std::string_view::npos && directories.size() > 1;) {
        const std::size_t start = end == 0 ? 0 : end + 1;
        end = dotted.find('.', start);
        const std::string part(dotted.substr(start, end == std::string_view::npos ? end : end - start));
        Directories having;
        Directories parts;
        std::error_code ignored;
        for (const fs::path &directory : directories)
            if (has_module(directory, part))
                having.push_back(directory);
            else if (fs::is_directory(directory / part, ignored))
                parts.push_back(directory / part);
        if (having.size() > 1)
            return Clash{std::string(dotted.substr(0, end)), having[0], having[1]};
        if (!having.empty())
            return {};
        directories = std::move(parts);
    }
    return {};
}

/// The outermost package that a file belongs to.
struct Package {
    std::string name;
    fs::path directory; // that holds the package
};

std::optional<Package> package_of(const fs::path &file) {
    std::error_code ignored;
    std::optional<Package> package;
    for (fs::path place = file.parent_path(); fs::exists(place / "__init__.py", ignored); place = place.parent_path())
        package = Package{place.filename(), place.parent_path()};
    return package;
}

/// What the configuration names, by the words that name it.
struct Named {
    const char *words;
    const char *module; // null: a file
    const char *file;
};

std::string top_of(const Named &named) { return {named.module, strcspn(named.module, ".")}; }

const ap_directive_t *line_with(const ap_directive_t *line, const char *words) {
    for (; line != nullptr; line = line->next) {
        if (ap_cstr_casecmpn(line->directive, "PyHook", 6) == 0 && strstr(line->args, words) != nullptr)
            return line;
        if (const ap_directive_t *found = line_with(line->first_child, words))
            return found;
    }
    return nullptr;
}

class Check {
public:
    Check(apr_pool_t *pconf, const ServerConfig &config) : config_(config), shared_(directories_of(config.path)) {
        for (const Target *target : known_targets(pconf))
            named_.push_back({target->spec, target->module, target->file});
        add_modules(config.imports);
        for (int index = 0; index < config.interpreters->nelts; ++index) {
            add_modules(definition(index).imports);
            own_.push_back(directories_of(definition(index).path));
        }
    }

    bool run() {
        for (const Named &named : named_)
            if (named.module != nullptr)
                check_module(named);
            else
                check_file(named);
        return fine_;
    }

private:
    const InterpreterDefinition &definition(int index) const {
        return APR_ARRAY_IDX(config_.interpreters, index, InterpreterDefinition);
    }

    void add_modules(const apr_array_header_t *imports) {
        for (int index = 0; index < imports->nelts; ++index) {
            const char *module = APR_ARRAY_IDX(imports, index, const char *);
            named_.push_back({module, module, nullptr});
        }
    }

    /// Where an interpreter has the module in a directory of its own, it is meant to run there.
    void check_module(const Named &named) {
        if (is_file_name(named.module))
            return refuse_suffix(named);
        bool is_elsewhere = false;
        for (std::size_t index = 0; index < own_.size(); ++index) {
            is_elsewhere = is_elsewhere || first_with(own_[index], top_of(named)) != nullptr;
            if (const auto clash = clash_of(own_[index], named.module))
                refuse(named, *clash,
                       std::string("PyHookInterpreter ") + definition(static_cast<int>(index)).name + " path=");
        }
        if (is_elsewhere)
            return;
        if (const auto clash = clash_of(shared_, named.module))
            refuse(named, *clash, "PyHookPath");
    }

    void refuse(const Named &named, const Clash &clash, const std::string &directive) {
        refuse_two(named, directive + ": '" + clash.name + "' is in '" + clash.first.string() + "' and in '" +
                              clash.second.string() + "', and an interpreter finds the first only, for " + named.words);
    }

    /// What the file imports by the name of its package must be that package.
    void check_file(const Named &named) {
        const auto package = package_of(named.file);
        if (!package)
            return;
        for (const Directories &own : own_)
            if (const fs::path *first = first_with(own, package->name);
                first != nullptr && is_same(*first, package->directory))
                return;
        if (const fs::path *first = first_with(shared_, package->name);
            first != nullptr && !is_same(*first, package->directory))
            return refuse_file(named, *package, *first);
        for (const Named &other : named_) {
            const auto others = other.file == nullptr || !own_.empty() ? std::nullopt : package_of(other.file);
            if (others && others->name == package->name && !is_same(others->directory, package->directory))
                return refuse_file(named, *package, others->directory);
        }
    }

    void refuse_file(const Named &named, const Package &package, const fs::path &other) {
        refuse_two(named, std::string("'") + named.file + "' belongs to the package '" + package.name + "' of '" +
                              package.directory.string() +
                              "', but an interpreter has one package of that name, and it may be that of '" +
                              other.string() + "'");
    }

    /// Is it the name of a file that a directory has, as in "shop.py"? A package may have a module `py`.
    bool is_file_name(std::string_view module) const {
        if (!module.ends_with(".py"))
            return false;
        std::string name(module.substr(0, module.size() - 3));
        std::replace(name.begin(), name.end(), '.', '/');
        const auto has_file = [&](const Directories &directories) { return first_with(directories, name) != nullptr; };
        const auto has_module = [&](const Directories &directories) {
            return first_with(directories, name + "/py") != nullptr;
        };
        return (has_file(shared_) || std::any_of(own_.begin(), own_.end(), has_file)) && !has_module(shared_) &&
               std::none_of(own_.begin(), own_.end(), has_module);
    }

    void refuse_suffix(const Named &named) {
        const std::string words = named.words;
        const std::size_t end = strlen(named.module);
        refuse(named,
               "'" + words + "': a module is named without .py: write " + words.substr(0, end - 3) + words.substr(end));
    }

    void refuse_two(const Named &named, const std::string &problem) { refuse(named, problem + cure); }

    void refuse(const Named &named, const std::string &problem) {
        fine_ = false;
        if (const ap_directive_t *line = line_with(ap_conftree, named.words))
            log_syntax_error(*line, problem.c_str());
        else
            ap_log_error(APLOG_MARK, APLOG_STARTUP | APLOG_ERR, 0, nullptr, "%s", problem.c_str());
    }

    const ServerConfig &config_;
    const Directories shared_;     // PyHookPath
    std::vector<Directories> own_; // of each interpreter
    std::vector<Named> named_;
    bool fine_ = true;
};

} // namespace

bool check_module_names(apr_pool_t *pconf, const ServerConfig &config) { return Check(pconf, config).run(); }

namespace {

/// The last line of a directive, in any section; null if there is none.
const ap_directive_t *last_line(const ap_directive_t *line, const char *directive) {
    const ap_directive_t *last = nullptr;
    for (; line != nullptr; line = line->next) {
        if (ap_cstr_casecmp(line->directive, directive) == 0)
            last = line;
        if (const ap_directive_t *inner = last_line(line->first_child, directive))
            last = inner;
    }
    return last;
}

bool says(const ap_directive_t *line, const char *value) {
    return line != nullptr && ap_cstr_casecmp(line->args, value) == 0;
}

bool refuse(const char *problem) {
    ap_log_error(APLOG_MARK, APLOG_STARTUP | APLOG_ERR, 0, nullptr, "%s", problem);
    return false;
}

bool refuse(const ap_directive_t &line, const char *problem) {
    log_syntax_error(line, problem);
    return false;
}

/// mod_wsgi directives that run Python in httpd's children even if its applications run in daemons, each with the
/// directive to write instead.
constexpr std::pair<const char *, const char *> scripts[] = {
    {"WSGIAccessScript",
     "write PyHookAccessChecker instead of WSGIAccessScript, which starts Python in httpd's children"},
    {"WSGIAuthUserScript",
     "write PyHookAuthnProvider instead of WSGIAuthUserScript, which starts Python in httpd's children"},
    {"WSGIAuthGroupScript",
     "write PyHookAuthzProvider instead of WSGIAuthGroupScript, which starts Python in httpd's children"},
};

/// mod_wsgi may be loaded too if its applications run in its daemon processes.
bool check_mod_wsgi() {
    if (!says(last_line(ap_conftree, "WSGIRestrictEmbedded"), "On"))
        return refuse("mod_wsgi is loaded too, and both would start Python in httpd's children: with "
                      "WSGIRestrictEmbedded On it serves in its daemons only; or take one LoadModule line away");
    if (const ap_directive_t *line = last_line(ap_conftree, "WSGILazyInitialization"); says(line, "Off"))
        return refuse(*line, "mod_wsgi would start Python in httpd's parent, and every child would inherit it: "
                             "take WSGILazyInitialization Off away");
    for (const auto &[directive, problem] : scripts)
        if (const ap_directive_t *line = last_line(ap_conftree, directive))
            return refuse(*line, problem);
    return true;
}

} // namespace

bool check_other_pythons() {
    const bool is_ours = apr_dynamic_fn_retrieve("mod_pyhook_python") != nullptr; // it has mod_python's name
    if (ap_find_linked_module("mod_python.c") != nullptr && !is_ours)
        return refuse(
            "mod_python is loaded too, and both would start Python in one process: take one LoadModule line away");
    return ap_find_linked_module("mod_wsgi.c") == nullptr || check_mod_wsgi();
}

bool check_chroot() {
    const ap_directive_t *line = last_line(ap_conftree, "PyHookProcesses");
    if (line == nullptr || last_line(ap_conftree, "ChrootDir") == nullptr)
        return true;
    return refuse(*line,
                  "PyHookProcesses: worker processes would run outside ChrootDir: take one of the two lines away");
}

void warn_of_missing_files(apr_pool_t *pconf, const ServerConfig &config) {
    const auto groups = apache::elements<const ProcessesDefinition *>(config.processes);
    for (const Target *target : known_targets(pconf)) {
        if (target->file == nullptr ||
            std::any_of(groups.begin(), groups.end(), [target](const ProcessesDefinition *group) {
                return group->chroot != nullptr && has_file(*group, target->file);
            }))
            continue;
        std::error_code ignored;
        const fs::file_type found = fs::status(target->file, ignored).type();
        const ap_directive_t *line = line_with(ap_conftree, target->spec);
        if (line != nullptr && (found == fs::file_type::not_found || found == fs::file_type::directory))
            ap_log_error(APLOG_MARK, APLOG_STARTUP | APLOG_WARNING, 0, nullptr,
                         "%s: there is no file '%s' (line %d of %s): put the .wsgi file there or correct the path, "
                         "otherwise its requests get a 500",
                         line->directive, target->file, line->line_num, line->filename);
    }
}

} // namespace pyhook
