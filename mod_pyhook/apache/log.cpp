#include "apache/log.h"

#include "apache/utf8.h"

#include <algorithm>
#include <array>
#include <string>

namespace apache {

namespace {

constexpr std::array<std::string_view, 16> level_names = {
    "emerg",  "alert",  "crit",   "error",  "warn",   "notice", "info",   "debug",
    "trace1", "trace2", "trace3", "trace4", "trace5", "trace6", "trace7", "trace8",
};

constexpr std::size_t longest_entry = 64 * 1024;
constexpr std::size_t most_lines = 1000;

/// httpd cuts a record at 8,191 bytes, including the time, the client and everything else in ErrorLogFormat.
constexpr std::size_t longest_record = 6000;

/// The size of a byte in the log: httpd writes bytes that are not plain ASCII like \xe2.
std::size_t written_size(char byte) noexcept {
    if (byte == '\\')
        return 2;
    return byte >= ' ' && byte < 0x7f ? 1 : 4;
}

/// The length of the part of a line that fits into a record.
std::size_t piece_of(std::string_view line) noexcept {
    std::size_t end = 0;
    for (std::size_t written = 0; end < line.size(); ++end) {
        written += written_size(line[end]);
        if (written > longest_record)
            return between_characters(line, end);
    }
    return end;
}

/// Writes NUL as text, because it would end the record.
std::string spelt(std::string_view mark, std::string_view piece) {
    std::string out(mark);
    for (const char byte : piece)
        byte == '\0' ? out.append("\\x00") : out.append(1, byte);
    return out;
}

template <class Write> int each_record(std::string_view text, Write write) {
    std::string_view mark = text.starts_with('|') ? " " : "";
    int records = 0;
    for (bool more = true; more; mark = "| ") {
        const std::size_t end = text.find('\n');
        more = end != std::string_view::npos && end + 1 < text.size();
        std::string_view line = text.substr(0, end);
        text.remove_prefix(more ? end + 1 : text.size());
        do {
            const std::size_t size = piece_of(line);
            const std::string record = spelt(mark, line.substr(0, size));
            write(static_cast<int>(record.size()), record.data());
            ++records;
            line.remove_prefix(size);
            mark = "|-";
        } while (!line.empty());
    }
    return records;
}

template <class Write> int write_entry(std::string_view text, Write write) noexcept {
    try {
        return each_record(abridged(text), write);
    } catch (const std::bad_alloc &) {
        constexpr std::string_view lost = "(no memory for this entry)";
        write(static_cast<int>(lost.size()), lost.data());
        return 1;
    }
}

/// How much of a text is kept at one of its ends. Both ends and the line between them are no longer than an entry.
template <class Iterator> std::size_t kept_of(Iterator begin) noexcept {
    std::size_t lines = 0;
    const auto is_enough = [&lines](char byte) { return byte == '\n' && ++lines == most_lines / 2 - 1; };
    const Iterator end = begin + longest_entry / 2 - 64;
    return static_cast<std::size_t>(std::find_if(begin, end, is_enough) - begin);
}

} // namespace

std::string abridged(std::string_view text) {
    const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    if (text.size() <= longest_entry && lines <= most_lines)
        return std::string(text);
    const std::size_t head = between_characters(text, kept_of(text.begin()));
    const std::size_t tail = between_characters(text, text.size() - kept_of(text.rbegin()));
    return std::string(text.substr(0, head)) + "\n[" + std::to_string(tail - head) + " bytes are left out here]\n" +
           std::string(text.substr(tail));
}

int log(int level, request_rec *r, std::string_view text) noexcept {
    return write_entry(text,
                       [=](int size, const char *line) { ap_log_rerror(APLOG_MARK, level, 0, r, "%.*s", size, line); });
}

int log(int level, conn_rec *c, std::string_view text) noexcept {
    return write_entry(text,
                       [=](int size, const char *line) { ap_log_cerror(APLOG_MARK, level, 0, c, "%.*s", size, line); });
}

int log(int level, server_rec *s, std::string_view text) noexcept {
    return write_entry(text,
                       [=](int size, const char *line) { ap_log_error(APLOG_MARK, level, 0, s, "%.*s", size, line); });
}

namespace {

int level_in(const ap_logconf *log) noexcept {
    if (log == nullptr)
        return APLOG_NO_MODULE;
    const int own = log->module_levels == nullptr ? APLOG_NO_MODULE : log->module_levels[APLOG_MODULE_INDEX];
    return own == APLOG_NO_MODULE ? log->level : own;
}

int level_in(const ap_conf_vector_t *section) noexcept;

int level_in(const apr_array_header_t *sections) noexcept {
    int level = APLOG_NO_MODULE;
    for (int index = 0; sections != nullptr && index < sections->nelts; ++index)
        level = std::max(level, level_in(APR_ARRAY_IDX(sections, index, const ap_conf_vector_t *)));
    return level;
}

int level_in(const ap_conf_vector_t *section) noexcept {
    const auto *core = static_cast<const core_dir_config *>(ap_get_core_module_config(section));
    return std::max({level_in(core->log), level_in(core->sec_file), level_in(core->sec_if)});
}

} // namespace

int most_talkative_level(const server_rec *s) noexcept {
    int level = APLOG_EMERG;
    for (; s != nullptr; s = s->next) {
        const auto *core = static_cast<const core_server_config *>(ap_get_core_module_config(s->module_config));
        level = std::max(
            {level, level_in(&s->log), level_in(s->lookup_defaults), level_in(core->sec_dir), level_in(core->sec_url)});
    }
    return level;
}

std::string_view level_name(int level) noexcept {
    return level_names[static_cast<std::size_t>(std::clamp(level, 0, static_cast<int>(level_names.size()) - 1))];
}

std::optional<int> level_of(std::string_view name) noexcept {
    const auto *found = std::find(level_names.begin(), level_names.end(), name);
    if (found == level_names.end())
        return std::nullopt;
    return static_cast<int>(found - level_names.begin());
}

} // namespace apache
