#include "config/home.h"

#include "apache/pool.h"

#include <filesystem>
#include <fstream>
#include <string>

namespace pyhook {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view linked_name = PYHOOK_PYTHON_NAME; // "3.11"; "3.14t" where there is no GIL
constexpr std::string_view linked_version = linked_name.substr(0, linked_name.find('t'));

/// The environment that a path into it belongs to.
fs::path root_of(fs::path path) {
    while (path.has_relative_path() && path.filename().empty())
        path = path.parent_path();
    const std::string name = path.filename();
    if (name.starts_with("python") && path.parent_path().filename() == "bin")
        return path.parent_path().parent_path();
    if (name.starts_with("python") && path.parent_path().filename() == "lib")
        return path.parent_path().parent_path();
    if (name == "lib" || name == "bin")
        return path.parent_path();
    return path;
}

/// "3.11" from the pyvenv.cfg of a virtual environment; empty if there is none.
std::string version_in_cfg(const fs::path &root) {
    std::ifstream file(root / "pyvenv.cfg");
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with("version"))
            continue;
        const std::size_t start = line.find_first_of("0123456789");
        const std::size_t minor = line.find('.', start);
        if (start != std::string::npos && minor != std::string::npos)
            return line.substr(start, line.find_first_not_of("0123456789", minor + 1) - start);
    }
    return {};
}

fs::path executable_in(const fs::path &root) {
    std::error_code ignored;
    for (const char *name : {"bin/python3", "bin/python"})
        if (fs::exists(root / name, ignored))
            return root / name;
    return {};
}

const char *problem_with(apr_pool_t *pool, const char *path, const fs::path &root) {
    std::error_code ignored;
    if (!fs::is_directory(root, ignored))
        return apr_psprintf(pool, "there is no directory '%s': name an existing virtual environment", path);
    const std::string version = version_in_cfg(root);
    if (!version.empty() && version != linked_version)
        return apr_psprintf(pool,
                            "'%s' is an environment of Python %s, but mod_pyhook is linked with Python %s: make the "
                            "environment anew with python%s -m venv",
                            path, version.c_str(), linked_name.data(), linked_name.data());
    if (executable_in(root).empty() && fs::is_symlink(root / "bin" / "python3", ignored))
        return apr_psprintf(pool, "'%s' is an environment of a Python that is gone: make it anew with python%s -m venv",
                            path, linked_name.data());
    if (executable_in(root).empty())
        return apr_psprintf(pool, "'%s' has no bin/python: name the top of a virtual environment", path);
    if (!fs::is_directory(root / "lib" / ("python" + std::string(linked_name)), ignored))
        return apr_psprintf(pool,
                            "'%s' has no lib/python%s: name an environment of the Python that mod_pyhook is linked "
                            "with, or make one with python%s -m venv",
                            path, linked_name.data(), linked_name.data());
    return nullptr;
}

} // namespace

Home find_home(apr_pool_t *pool, const char *path) {
    const char *absolute = ap_server_root_relative(pool, path);
    if (absolute == nullptr)
        return {.problem = "this can't be a path: name the directory of a virtual environment"};
    const fs::path root = root_of(absolute);
    const char *problem = problem_with(pool, absolute, root);
    if (problem != nullptr)
        return {.problem = problem};
    return {.root = apache::copy(pool, root.string()), .executable = apache::copy(pool, executable_in(root).string())};
}

const char *existing_directory(apr_pool_t *pool, const char *path, const char **problem) {
    const char *directory = ap_server_root_relative(pool, path);
    std::error_code ignored;
    if (directory != nullptr && fs::is_directory(directory, ignored))
        return directory;
    *problem = apr_psprintf(pool, "there is no directory '%s': name one that holds modules", path);
    return nullptr;
}

} // namespace pyhook
