// mod_pyhook.cpp: the module record.

#include "config/config.h"
#include "module.h"

namespace {

void register_hooks(apr_pool_t *) {
    pyhook::attach_lifecycle();
    pyhook::attach_directives();
    pyhook::offer_directives();
}

} // namespace

extern "C" {

// Spelt out rather than by STANDARD20_MODULE_STUFF, whose __FILE__ would make <IfModule mod_pyhook.c> false.
module_struct pyhook_module __attribute__((visibility("default"))) = {
    MODULE_MAGIC_NUMBER_MAJOR,
    MODULE_MAGIC_NUMBER_MINOR,
    -1,
    "mod_pyhook.c",
    nullptr,
    nullptr,
    MODULE_MAGIC_COOKIE,
    nullptr,
    pyhook::create_dir_config,
    pyhook::merge_dir_config,
    pyhook::create_server_config,
    pyhook::merge_server_config,
    pyhook::directives(),
    register_hooks,
    0,
};
}
