// apache/module_notes.h: notes (r->notes, c->notes) of which modules know what they mean, by the beginnings of their
// names. As names in a table they have no case.
#pragma once

#include "apache/table.h"

#include <algorithm>

namespace apache {

struct ModuleNotes {
    std::string_view beginning;
    bool is_text; // otherwise some are the addresses of records
};

// clang-format off
inline constexpr ModuleNotes module_notes[] = {
    {"alias-",      true},
    {"ap-",         false}, // mod_mime
    {"dav_",        true},
    {"http_",       true},
    {"jwt",         false}, // mod_authnz_jwt
    {"mod_",        true},
    {"mod_session", false},
    {"modsecurity", false},
    {"proxy",       true},
    {"pyhook:",     false}, // text, but nobody else's business
    {"rewrite-",    true},
    {"ssl-",        true},
    {"uds_",        true},
};
// clang-format on

inline bool begins_with(std::string_view name, const ModuleNotes &notes) noexcept {
    return same_name(name.substr(0, notes.beginning.size()), notes.beginning);
}

/// True for a module's own note. Who makes one may choose what httpd does.
inline bool is_module_note(std::string_view name) noexcept {
    return std::any_of(std::begin(module_notes), std::end(module_notes),
                       [name](const ModuleNotes &each) { return begins_with(name, each); });
}

/// True for one that may be no text. Who reads it reads httpd's memory, and who makes it chooses where httpd reads.
inline bool may_be_address(std::string_view name) noexcept {
    return std::any_of(std::begin(module_notes), std::end(module_notes),
                       [name](const ModuleNotes &each) { return !each.is_text && begins_with(name, each); });
}

} // namespace apache
