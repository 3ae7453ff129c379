#include "py/inherited.h"

#include "py/error.h"
#include "py/version.h"

namespace py {

namespace {

/// The caller frees the text with PyMem_RawFree.
wchar_t *wide(const std::string &path) noexcept { return Py_DecodeLocale(path.c_str(), nullptr); }

void put_back(wchar_t *&field, wchar_t *former) noexcept {
    if (wchar_t *replaced = std::exchange(field, former); replaced != former)
        PyMem_RawFree(replaced);
}

} // namespace

// CPython gives a new interpreter a copy of the configuration of the one it is made from, and has no way to give it
// another. So this changes that configuration for a time.
inherited::inherited(const Environment &environment) noexcept : config_(version::config_here()), kept_(config_) {
    config_.site_import = 0;
    if (environment.executable.empty())
        return;
    config_.executable = wide(environment.executable);
    if (version::prefix_before_site) {
        config_.prefix = wide(environment.prefix);
        config_.exec_prefix = wide(environment.prefix);
    }
}

inherited::~inherited() {
    config_.site_import = kept_.site_import;
    put_back(config_.executable, kept_.executable);
    put_back(config_.prefix, kept_.prefix);
    put_back(config_.exec_prefix, kept_.exec_prefix);
}

void import_site() {
    constexpr Py_ssize_t no_site = 6; // its position in sys.flags
    version::config_here().site_import = 1;
    const maybe flags = PySys_GetObject("flags");
    const ref former = ref::steal(PyStructSequence_GetItem(flags.get(), no_site));
    PyStructSequence_SetItem(flags.get(), no_site, PyLong_FromLong(0));
    check(PyImport_ImportModule("site"));
}

} // namespace py
