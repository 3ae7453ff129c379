#include "apache/pool.h"
#include "apache/table.h"

#include "config/config.h"
#include "directives/directive.h"
#include "sockets/socket_call.h"
#include "sockets/sockets.h"

#include <algorithm>

#include "py/poison.h"

namespace pyhook {

namespace {

constexpr SocketKind kind{"log_field", "expected str, a number, True, False or None"};

/// A control character would end or forge a line of the log.
bool is_plain(std::string_view value) {
    return std::none_of(value.begin(), value.end(), [](unsigned char byte) { return byte < 0x20 || byte == 0x7f; });
}

/// Finds what was read with the configuration for the text between the braces. A text with a quote or a backslash is
/// not found, because the configuration writes it differently; it is read here.
const Written *written_in(request_rec *r, const char *text) {
    for (const LogField &known : apache::elements<LogField>(ServerConfig::of(r->server).log_fields))
        if (strcmp(known.text, text) == 0)
            return &known.written;
    auto *written = apache::make<Written>(r->pool);
    return read_written(r->pool, text, *written) == nullptr ? written : nullptr;
}

/// The value of the field; the log shows null as "-". With `raw`, quotes, backslashes and UTF-8 stay as they are.
template <bool raw> const char *field(request_rec *r, char *text) noexcept {
    const Written *written = written_in(r, text);
    if (written == nullptr) // the configuration test has refused it
        return nullptr;
    const char *value = nullptr;
    const auto take = [&](py::borrowed result) {
        value = readable_text_of(r->pool, result);
        return value != nullptr || result == Py_None;
    };
    if (written->argument == nullptr)
        call_socket(r, kind, written->choice, {}, take);
    else
        call_socket(r, kind, written->choice, {written->argument}, take);
    if (value == nullptr || (raw && is_plain(value)))
        return value;
    return ap_escape_logitem(r->pool, value);
}

int offer_field(apr_pool_t *pconf, apr_pool_t *, apr_pool_t *) {
    if (auto *offer = APR_RETRIEVE_OPTIONAL_FN(ap_register_log_handler)) {
        offer(pconf, const_cast<char *>("^py"), &field<false>, 0);
        offer(pconf, const_cast<char *>("^pr"), &field<true>, 0);
    }
    return OK;
}

/// Reads the text between the braces of a field. Returns null, or a sentence that says what is wrong.
const char *read_field(apr_pool_t *pool, std::string_view between) {
    const char *text = apache::copy(pool, between);
    LogField field{text, {}};
    const char *problem = read_written(pool, text, field.written);
    if (problem == nullptr)
        APR_ARRAY_PUSH(ServerConfig::of(ap_server_conf).log_fields, LogField) = field;
    return problem;
}

/// Reads the fields of a format. Returns null, or a sentence that says what is wrong.
const char *read_fields(apr_pool_t *pool, std::string_view format) {
    for (std::size_t end = format.find("}^p"); end != std::string_view::npos; end = format.find("}^p")) {
        const std::size_t start = format.rfind('{', end);
        if (start != std::string_view::npos)
            if (const char *problem = read_field(pool, format.substr(start + 1, end - start - 1)))
                return problem;
        format.remove_prefix(end + 3);
    }
    return nullptr;
}

/// mod_log_config takes any text between the braces. This finds what is wrong before the first request is logged.
bool read_formats(apr_pool_t *pool, const ap_directive_t *directive) {
    bool fine = true;
    for (; directive != nullptr; directive = directive->next) {
        if (directive->first_child != nullptr)
            fine = read_formats(pool, directive->first_child) && fine;
        const bool has_format = ap_cstr_casecmp(directive->directive, "LogFormat") == 0 ||
                                ap_cstr_casecmp(directive->directive, "CustomLog") == 0 ||
                                ap_cstr_casecmp(directive->directive, "GlobalLog") == 0;
        const char *problem = has_format ? read_fields(pool, directive->args) : nullptr;
        if (problem == nullptr)
            continue;
        log_syntax_error(*directive, apr_pstrcat(pool, directive->directive, ": in %{...}^py ", problem, nullptr));
        fine = false;
    }
    return fine;
}

int check_configuration(apr_pool_t *pconf, apr_pool_t *, apr_pool_t *, server_rec *) {
    return read_formats(pconf, ap_conftree) ? OK : HTTP_INTERNAL_SERVER_ERROR;
}

} // namespace

void attach_log_format() {
    ap_hook_pre_config(&offer_field, nullptr, nullptr, APR_HOOK_MIDDLE);
    ap_hook_check_config(&check_configuration, nullptr, nullptr, APR_HOOK_MIDDLE);
}

} // namespace pyhook
