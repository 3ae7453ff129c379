// other_modules.h: directives of mod_pyhook that other httpd modules carry out for directives of their own.
#pragma once

namespace pyhook {

/// Offers the functions of mod_pyhook.h that need the directive table.
void offer_directives();

} // namespace pyhook
