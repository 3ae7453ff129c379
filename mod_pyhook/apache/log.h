// apache/log.h: text into httpd's error log: to a request's, a connection's or a server's.
#pragma once

#include "apache/httpd.h"

#include <optional>
#include <string>
#include <string_view>

namespace apache {

/// Each function writes `text` as one entry, a record of httpd's for each of its lines. All but the first begin with
/// "| ", and with "|-" where a line was too long for one record; the first never begins with "|". So no text can make
/// a record of its own. What is longer than an entry may be is abridged. Nothing in it is ever taken as a format.
void log(int level, request_rec *r, std::string_view text) noexcept;
void log(int level, conn_rec *c, std::string_view text) noexcept;
void log(int level, server_rec *s, std::string_view text) noexcept;

/// A text as it is, or the beginning and the end of one that is too long for an entry.
std::string abridged(std::string_view text);

/// Would a record of this level be written? Asked before a text is made.
/// A notice is never held back; httpd's macros take a shortcut for whatever is graver than one.
inline bool logs(int level, int log_level) { return level == APLOG_NOTICE || level <= log_level; }
inline bool logs(int level, const request_rec *r) {
    return logs(level, ap_get_request_module_loglevel(r, APLOG_MODULE_INDEX));
}

/// What the most talkative LogLevel gives this module, of any server of the configuration or any section in one.
int most_talkative_level(const server_rec *s) noexcept;

/// httpd's name of a level ("warn"), and back.
std::string_view level_name(int level) noexcept;
std::optional<int> level_of(std::string_view name) noexcept;

} // namespace apache
