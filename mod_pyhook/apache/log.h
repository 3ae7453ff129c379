// apache/log.h: writes text to httpd's error log, for a request, a connection or a server.
#pragma once

#include "apache/httpd.h"

#include <optional>
#include <string>
#include <string_view>

namespace apache {

/// Each function writes `text` as one entry, with one httpd record for each line. Records after the first begin with "|
/// ", or with "|-" if they continue a line that is too long for one record. The first never begins with "|". So no text
/// can forge an entry. A text that is too long for an entry is abridged. No text is taken as a format. Returns how many
/// records there are.
int log(int level, request_rec *r, std::string_view text) noexcept;
int log(int level, conn_rec *c, std::string_view text) noexcept;
int log(int level, server_rec *s, std::string_view text) noexcept;

/// The text itself, or its beginning and its end if it is too long for an entry.
std::string abridged(std::string_view text);

/// True if a record of this level would be written; to be asked before a text is made. A notice is always written.
/// httpd's macros have a shortcut for graver levels.
inline bool logs(int level, int log_level) { return level == APLOG_NOTICE || level <= log_level; }
inline bool logs(int level, const request_rec *r) {
    return logs(level, ap_get_request_module_loglevel(r, APLOG_MODULE_INDEX));
}

/// The highest level that LogLevel gives this module, in any server of the configuration or any section of one.
int most_talkative_level(const server_rec *s) noexcept;

/// httpd's name of a level ("warn"), and the level of a name.
std::string_view level_name(int level) noexcept;
std::optional<int> level_of(std::string_view name) noexcept;

} // namespace apache
