// Loads Python into the program, if a module is named, before the program's own code runs.
#include "asking.h"

#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <string>
#include <unistd.h>

namespace interpose {

namespace {

void complain(const std::string &why) noexcept {
    const std::string line = "interpose: " + why + "; the program runs without it\n";
    if (::write(STDERR_FILENO, line.data(), line.size()) < 0)
        return; // nobody reads it
}

/// The library beside this one.
std::string library_of_python() {
    Dl_info here{};
    dladdr(reinterpret_cast<const void *>(&library_of_python), &here);
    const std::string own = here.dli_fname != nullptr ? here.dli_fname : "";
    return own.substr(0, own.rfind('/') + 1) + "libinterpose_python.so";
}

/// Extension modules find libpython's symbols there, hence RTLD_GLOBAL.
void load_python() {
    const char *module = std::getenv("INTERPOSE");
    if (module == nullptr || *module == '\0')
        return;
    if (dlsym(RTLD_DEFAULT, "Py_IsInitialized") != nullptr)
        return complain("the program has a Python of its own");
    void *library = dlopen(library_of_python().c_str(), RTLD_NOW | RTLD_GLOBAL);
    void *symbol = library == nullptr ? nullptr : dlsym(library, "interpose_start");
    if (symbol == nullptr)
        complain(std::string("Python can't be loaded: ") + dlerror());
    else if (const Decisions *decisions = reinterpret_cast<Start *>(symbol)())
        ask(*decisions);
}

__attribute__((constructor)) void start() {
    const int outer = errno;
    load_python();
    errno = outer;
}

} // namespace

} // namespace interpose
