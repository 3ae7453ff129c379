#include "apache/installation.h"

#include <dlfcn.h>
#include <filesystem>
#include <stdexcept>
#include <unistd.h>

namespace apache {

/// Weak: t/life/package.t looks for the text in the module, and compilers make instructions of a short one.
[[gnu::weak]] extern const char built_for[] = PYHOOK_PACKAGE_DIRECTORY;

namespace {

std::filesystem::path beside_module(const char *name) {
    Dl_info module{};
    dladdr(static_cast<const void *>(built_for), &module);
    std::error_code unknown;
    return std::filesystem::canonical(module.dli_fname, unknown).replace_filename(name);
}

} // namespace

std::string package_directory() {
    const std::filesystem::path copied = beside_module("python");
    return access((copied / "pyhook" / "__init__.py").c_str(), F_OK) == 0 ? copied.string() : built_for;
}

std::string program_beside_module(const char *name) {
    const std::filesystem::path program = beside_module(name);
    if (access(program.c_str(), X_OK) != 0)
        throw std::runtime_error("'" + program.string() + "' is missing: install mod_pyhook anew");
    return program;
}

} // namespace apache
