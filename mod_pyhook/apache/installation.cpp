#include "apache/installation.h"

#include <dlfcn.h>
#include <filesystem>
#include <stdexcept>
#include <unistd.h>

namespace apache {

/// Weak: t/life/package.t looks for the text in the module, and compilers make instructions of a short one.
[[gnu::weak]] extern const char built_for[] = PYHOOK_PACKAGE_DIRECTORY;

namespace {

/// Empty if nobody knows where the module is, in a ChrootDir for example.
std::filesystem::path beside_module(const char *name) {
    Dl_info module{};
    std::error_code unknown;
    if (dladdr(static_cast<const void *>(built_for), &module) == 0)
        return {};
    std::filesystem::path path = std::filesystem::canonical(module.dli_fname, unknown);
    return unknown ? std::filesystem::path() : path.replace_filename(name);
}

} // namespace

std::string package_directory() {
    const std::filesystem::path copied = beside_module("python");
    const bool is_there = !copied.empty() && access((copied / "pyhook" / "__init__.py").c_str(), F_OK) == 0;
    return is_there ? copied.string() : built_for;
}

std::string program_beside_module(const char *name) {
    const std::filesystem::path program = beside_module(name);
    if (program.empty() || access(program.c_str(), X_OK) != 0)
        throw std::runtime_error("'" + (program.empty() ? name : program.string()) +
                                 "' is missing: install mod_pyhook anew");
    return program;
}

} // namespace apache
