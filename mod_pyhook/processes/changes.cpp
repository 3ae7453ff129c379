#include "processes/changes.h"

#include "apache/error_page.h"
#include "apache/framing.h"
#include "apache/module_notes.h"
#include "apache/pool.h"

#include "processes/frames.h"

#include <algorithm>
#include <charconv>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "py/poison.h"

namespace pyhook::processes {

namespace {

using Values = std::span<const std::string_view>;

/// More of them would take httpd long to look through.
constexpr int most_entries = 1000;

/// Behind this name is that of a note that a process has made.
constexpr const char *made = "pyhook:made:";

template <class Number> Number number_from(std::string_view text) {
    Number number = 0;
    const char *end = text.data() + text.size();
    if (const auto [at, problem] = std::from_chars(text.data(), end, number); problem != std::errc() || at != end)
        throw std::invalid_argument("a number that is none");
    return number;
}

std::string_view only(Values values) {
    if (values.size() != 1)
        throw std::invalid_argument("a field without its value");
    return values.front();
}

/// The value of a field that None removes.
char *text_or_null(request_rec *r, Values values) {
    return values.empty() ? nullptr : apache::copy(r->pool, only(values));
}

/// It comes into a header or a status line.
char *line_or_null(request_rec *r, Values values) {
    if (!values.empty() && !apache::is_field_value(only(values)))
        throw std::invalid_argument("a header with a line break");
    return text_or_null(r, values);
}

void set_status(request_rec *r, Values values) {
    const int status = number_from<int>(only(values));
    if (status < 200 || status > 599)
        throw std::invalid_argument("no status of a response");
    r->status = status;
    r->status_line = nullptr;
    apache::name_status(r, status);
}

void set_languages(request_rec *r, Values values) {
    apr_array_header_t *languages = apr_array_make(r->pool, 2, sizeof(const char *));
    for (const std::string_view &value : values)
        APR_ARRAY_PUSH(languages, const char *) = line_or_null(r, Values(&value, 1));
    r->content_languages = languages;
}

bool is_true(Values values) { return only(values) == "1"; }

struct Field {
    std::string_view name;
    void (*set)(request_rec *r, Values values);
};

// clang-format off
constexpr Field fields[] = {
    {"status",            &set_status},
    {"status_line",       [](request_rec *r, Values values) { r->status_line = line_or_null(r, values); }},
    {"content_type",      [](request_rec *r, Values values) { ap_set_content_type(r, line_or_null(r, values)); }},
    {"content_encoding",  [](request_rec *r, Values values) { r->content_encoding = line_or_null(r, values); }},
    {"content_languages", &set_languages},
    {"user",              [](request_rec *r, Values values) { r->user = text_or_null(r, values); }},
    {"auth_type",         [](request_rec *r, Values values) { r->ap_auth_type = text_or_null(r, values); }},
    {"mtime",             [](request_rec *r, Values values) { r->mtime = number_from<apr_time_t>(only(values)); }},
    {"no_cache",          [](request_rec *r, Values values) { r->no_cache = is_true(values); }},
    {"no_local_copy",     [](request_rec *r, Values values) { r->no_local_copy = is_true(values); }},
};
// clang-format on

/// Variables that only httpd and its filters read. Any other one might reach the environment of a program that
/// mod_ext_filter or mod_include starts, as httpd's user.
constexpr std::string_view variables[] = {
    "dont-log",  "dont-vary", "force-gzip", "force-no-vary", "force-response-1.0",    "gzip-only-text/html",
    "no-brotli", "no-cache",  "no-gzip",    "nokeepalive",   "suppress-error-charset"};

void check_header(std::string_view name, std::string_view value) {
    if (!apache::is_token(name) || !apache::is_field_value(value))
        throw std::invalid_argument("a header that is none");
}

/// If two headers disagree about where the body ends, the client takes a part of it for the next response.
void check_response_header(std::string_view name, std::string_view value) {
    check_header(name, value);
    apr_off_t length = 0;
    if (apache::same_name(name, "Transfer-Encoding") ||
        (apache::same_name(name, "Content-Length") && ap_parse_strict_length(&length, std::string(value).c_str()) == 0))
        throw std::invalid_argument("a wrong end of the body");
}

void check_error_header(std::string_view name, std::string_view value) {
    check_response_header(name, value);
    if (apache::same_name(name, "Content-Length"))
        throw std::invalid_argument("a wrong end of the body");
}

void check_note(std::string_view name, std::string_view) {
    if (apache::is_module_note(name))
        throw std::invalid_argument("a note of a module of httpd");
}

void check_variable(std::string_view name, std::string_view) {
    if (std::find(std::begin(variables), std::end(variables), name) == std::end(variables))
        throw std::invalid_argument("a variable that no process sets");
}

struct Table {
    std::string_view name;
    apr_table_t *request_rec::*member;
    void (*check)(std::string_view name, std::string_view value);
};

// clang-format off
constexpr Table tables[] = {
    {"headers_out",     &request_rec::headers_out,     &check_response_header},
    {"err_headers_out", &request_rec::err_headers_out, &check_error_header},
    {"trailers_out",    &request_rec::trailers_out,    &check_error_header},
    {"notes",           &request_rec::notes,           &check_note},
    {"subprocess_env",  &request_rec::subprocess_env,  &check_variable},
};
// clang-format on

/// A note that was there before stays.
void claim_note(const request_rec *r, const char *name) {
    const char *mark = apr_pstrcat(r->pool, made, name, nullptr);
    if (apr_table_get(r->notes, mark) != nullptr)
        return;
    if (apr_table_get(r->notes, name) != nullptr)
        throw std::invalid_argument("a note that no process has made");
    apr_table_setn(r->notes, mark, "");
}

void set_entry(request_rec *r, const Table &table, Values values) {
    if (values.empty())
        throw std::invalid_argument("an entry without its name");
    const std::string_view name = values.front();
    if (values.size() == 1) // the entry is removed
        table.check(name, "0");
    for (const std::string_view &value : values.subspan(1))
        table.check(name, value);
    const bool is_length = apache::same_name(name, "Content-Length");
    if (is_length && values.size() > 2)
        throw std::invalid_argument("a wrong end of the body");
    if (is_length)
        apache::keep_framing(r);
    if (apr_table_elts(r->*table.member)->nelts + std::ssize(values) > most_entries)
        throw std::invalid_argument("too many entries of a table");
    const char *key = apache::copy(r->pool, name);
    if (table.member == &request_rec::notes)
        claim_note(r, key);
    apr_table_unset(r->*table.member, key);
    for (const std::string_view &value : values.subspan(1))
        apr_table_addn(r->*table.member, key, apache::copy(r->pool, value));
}

void set(request_rec *r, std::string_view name, Values values) {
    for (const Field &field : fields)
        if (field.name == name)
            return field.set(r, values);
    for (const Table &table : tables)
        if (table.name == name)
            return set_entry(r, table, values);
    throw std::invalid_argument("something that no process sets");
}

} // namespace

void apply_changes(request_rec *r, std::string_view payload) {
    std::vector<std::string_view> values;
    while (const auto name = next_string(payload)) {
        values.clear();
        const auto count = next_string(payload);
        if (!count)
            throw std::invalid_argument("a change without its values");
        for (auto left = number_from<std::size_t>(*count); left > 0; --left) {
            const auto value = next_string(payload);
            if (!value)
                throw std::invalid_argument("a change without its values");
            values.push_back(*value);
        }
        set(r, *name, values);
    }
    if (!payload.empty())
        throw std::invalid_argument("a change that is cut off");
}

} // namespace pyhook::processes
