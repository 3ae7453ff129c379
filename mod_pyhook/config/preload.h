// config/preload.h: WSGI applications that are loaded when a child starts, before anybody asks for them.
#pragma once

#include "config/config.h"

namespace pyhook {

/// "preload" behind an application: `section` is the record of the section that its line stands in, null for an alias.
struct Preload {
    const Mount *mount;
    const DirConfig *section;
};

/// Reads the word behind an application: what is wrong with it, or null.
const char *preload_problem(apr_pool_t *pool, const char *word);

/// The interpreter that the requests of a preloaded application run in, as far as the configuration says it by names:
/// what a pattern or a condition sends elsewhere is loaded there at its first request.
int interpreter_of(const Preload &preload, const server_rec *s);

} // namespace pyhook
