#include "config/config.h"
#include "directives/directive.h"
#include "module.h"
#include "sockets/mod_pyhook.h"

namespace pyhook {

namespace {

const char *place_of_code(cmd_parms *cmd) noexcept { return place_problem(cmd); }

/// httpd gives a directive the record of its own module only.
const char *carry_out(cmd_parms *cmd, const char *directive, const char *word) noexcept {
    const command_rec *row = ap_find_command(directive, directives());
    if (row == nullptr)
        return sentence(cmd, "mod_pyhook has no directive ", directive);
    cmd_parms own = *cmd;
    own.cmd = row;
    own.info = row->cmd_data;
    void *dir = ap_set_config_vectors(cmd->server, cmd->context, row->name, &pyhook_module, cmd->pool);
    return row->args_how == FLAG ? row->AP_FLAG(&own, dir, ap_cstr_casecmp(word, "on") == 0 ? 1 : 0)
                                 : row->AP_TAKE1(&own, dir, word);
}

} // namespace

void offer_directives() {
    const auto offer = [](const char *name, auto *function) {
        apr_dynamic_fn_register(name, reinterpret_cast<apr_opt_fn_t *>(function));
    };
    offer("pyhook_place_problem", static_cast<apr_OFN_pyhook_place_problem_t *>(&place_of_code));
    offer("pyhook_directive", static_cast<apr_OFN_pyhook_directive_t *>(&carry_out));
}

} // namespace pyhook
