#include "apache/table.h"

#include "directives/checks.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>

namespace pyhook {

namespace {

namespace fs = std::filesystem;

/// The directory of the standard library of the Python that is linked.
fs::path library() { return fs::path(PYHOOK_PYTHON_PREFIX) / "lib" / ("python" PYHOOK_PYTHON_NAME); }

/// Adds the files in a directory that `import` finds, by the names of their modules.
template <class Add> void each_module(const fs::path &directory, Add add) {
    std::error_code problem;
    for (fs::directory_iterator at(directory, problem), end; !problem && at != end; at.increment(problem)) {
        const fs::path &found = at->path();
        std::error_code ignored;
        if (found.extension() == ".py")
            add(found.stem().string(), found);
        else if (fs::is_regular_file(found / "__init__.py", ignored))
            add(found.filename().string(), found);
    }
}

/// Many projects call their tests `test`, and nothing imports the library's own.
constexpr const char *unused = "test";

std::set<std::string> library_names() {
    std::set<std::string> names;
    each_module(library(), [&](std::string name, const fs::path &) { names.insert(std::move(name)); });
    names.erase(unused);
    return names;
}

/// Packages that replace a module of the library on purpose are installed.
bool is_of_packages(const fs::path &directory) {
    const fs::path name = (directory / "").parent_path().filename();
    return name == "site-packages" || name == "dist-packages";
}

void warn_of(const char *directive, const apr_array_header_t *path, const std::set<std::string> &names) {
    for (const char *directory : apache::elements<const char *>(path)) {
        if (is_of_packages(directory))
            continue;
        each_module(directory, [&](const std::string &name, const fs::path &file) {
            if (names.contains(name))
                ap_log_error(APLOG_MARK, APLOG_STARTUP | APLOG_WARNING, 0, nullptr,
                             "%s: '%s' has the name of a module of Python's standard library: code that imports '%s' "
                             "in this interpreter, libraries too, gets one of them for the other; give the file "
                             "another name",
                             directive, file.c_str(), name.c_str());
        });
    }
}

} // namespace

void warn_of_library_names(const ServerConfig &config) {
    const std::set<std::string> names = library_names();
    warn_of("PyHookPath", config.path, names);
    for (const auto &definition : apache::elements<InterpreterDefinition>(config.interpreters))
        warn_of("PyHookInterpreter path=", definition.path, names);
}

} // namespace pyhook
