// mod_pyhook_python.cpp: the module record. httpd loads it as python_module, in place of mod_python.

#include "config.h"
#include "directives.h"
#include "hooks.h"

namespace {

/// By this name mod_pyhook knows that the module mod_python.c is not the one that starts a Python of its own.
void is_here() {}

void register_hooks(apr_pool_t *) {
    apr_dynamic_fn_register("mod_pyhook_python", &is_here);
    mod_python::attach_hooks();
}

} // namespace

extern "C" {

module_struct python_module __attribute__((visibility("default"))) = {
    MODULE_MAGIC_NUMBER_MAJOR,
    MODULE_MAGIC_NUMBER_MINOR,
    -1,
    "mod_python.c", // sites ask <IfModule mod_python.c>
    nullptr,
    nullptr,
    MODULE_MAGIC_COOKIE,
    nullptr,
    mod_python::create_dir_config,
    mod_python::merge_dir_config,
    mod_python::create_server_config,
    mod_python::merge_server_config,
    mod_python::directives(),
    register_hooks,
    0,
};
}
