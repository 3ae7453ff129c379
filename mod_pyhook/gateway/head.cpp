#include "gateway/head.h"

#include "apache/error_page.h"
#include "apache/pool.h"
#include "apache/table.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <string>

namespace pyhook::gateway {

namespace {

constexpr const char *hop_by_hop[] = {
    "Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection",
    "TE",         "Trailer",    "Trailers",           "Transfer-Encoding",   "Upgrade",
};

bool is_control(unsigned char byte) { return byte < 0x20 || byte == 0x7f; }

bool all_digits(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) { return apr_isdigit(c); });
}

template <class... Words> [[noreturn]] void refuse(Words... words) {
    throw std::invalid_argument((std::string() + ... + words));
}

/// As much of it as a message needs.
std::string shown(std::string_view text) { return std::string(text.substr(0, 100)); }

} // namespace

bool is_hop_by_hop(std::string_view name) {
    return std::any_of(std::begin(hop_by_hop), std::end(hop_by_hop),
                       [name](const char *one) { return apache::same_name(name, one); });
}

Head::Head(request_rec *r, int status) : r_(r), headers_(apr_table_make(r->pool, 8)) { set_status(status); }

Head::Head(request_rec *r, std::string_view status, int count) : r_(r) {
    set_status(status);
    headers_ = apr_table_make(r->pool, count);
}

void Head::set_status(std::string_view line) {
    const std::string_view code = line.substr(0, 3);
    if (code.size() != 3 || !all_digits(code) || (line.size() > 3 && line[3] != ' '))
        refuse("the status is three digits, a space and a reason, as '200 OK', not '", shown(line), "'");
    if (std::any_of(line.begin(), line.end(), is_control))
        refuse("the status has control characters");
    set_status((code[0] - '0') * 100 + (code[1] - '0') * 10 + (code[2] - '0'));
    if (line.size() > 4)
        line_ = apache::copy(r_->pool, line);
}

void Head::set_status(int status) {
    if (status < 200 || status > 599)
        refuse(std::to_string(status), " is no final status (200 to 599)");
    status_ = status;
    line_ = apache::line_of_unknown(r_->pool, status);
}

void Head::add(std::string_view name, std::string_view value) {
    if (std::any_of(value.begin(), value.end(), [](unsigned char byte) { return is_control(byte) && byte != '\t'; }))
        refuse("the value of ", shown(name), " has control characters");
    if (apache::same_name(name, "Content-Length"))
        return set_length(value);
    const char *own_value = apache::copy(r_->pool, value);
    if (apache::same_name(name, "Content-Type")) {
        content_type_ = own_value;
        return;
    }
    const char *own_name = apache::copy(r_->pool, name);
    if (!apache::is_token(name))
        refuse("'", shown(name), "' is no name of a header");
    if (is_hop_by_hop(name))
        refuse(shown(name), " is between httpd and the client: an application can't set it");
    apr_table_addn(headers_, own_name, own_value);
}

void Head::set_length(std::string_view digits) {
    apr_off_t length = 0;
    const char *end = digits.data() + digits.size();
    if (!all_digits(digits) || std::from_chars(digits.data(), end, length).ec != std::errc())
        refuse("Content-Length is a number, not '", shown(digits), "'");
    if (length_ >= 0 && length_ != length)
        refuse("there are two different Content-Length headers");
    length_ = length;
}

void Head::commit() const {
    r_->status = status_;
    r_->status_line = line_;
    // httpd guessed these from a file's name, and an earlier phase may have set a length. They do not describe this
    // body.
    r_->content_type = nullptr;
    r_->content_encoding = nullptr;
    r_->content_languages = nullptr;
    if (content_type_ != nullptr)
        ap_set_content_type(r_, content_type_);
    if (length_ >= 0)
        ap_set_content_length(r_, length_);
    else
        apr_table_unset(r_->headers_out, "Content-Length");
    for (const auto &header : apache::entries(headers_))
        apr_table_addn(r_->headers_out, header.key, header.val);
}

} // namespace pyhook::gateway
