#include "processes/counted.h"

#include "apache/httpd.h"
#include "apache/utf8.h"

#include "processes/frames.h"
#include "types/own_metrics.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>

#include "py/poison.h"

namespace pyhook::processes {

namespace {

constexpr std::size_t most_bytes = 4096; // of a frame: far more than there is room for

bool is_utf8(std::string_view text) noexcept {
    apache::Utf8Check check;
    return check.take(text) && check.is_whole();
}

bool is_name(std::string_view name, std::string_view besides) noexcept {
    const auto fits = [besides](char one) { return apr_isalnum(one) != 0 || besides.find(one) != besides.npos; };
    return !name.empty() && apr_isdigit(name.front()) == 0 && std::all_of(name.begin(), name.end(), fits);
}

/// The key of the family that a number belongs to: of its kind and name, and with labels that are all `other`. Nothing
/// if it is no key (python/pyhook/metrics.py).
std::optional<std::string> family_of(std::string_view key) {
    const auto kind = next_string(key);
    const auto name = next_string(key);
    if (!name || (*kind != "counter" && *kind != "gauge") || !is_name(*name, "_:") || name->starts_with("pyhook_"))
        return std::nullopt;
    std::string family(*kind);
    family.append(1, '\0').append(*name).append(1, '\0');
    while (!key.empty()) {
        const auto label = next_string(key);
        const auto value = next_string(key);
        if (!value || !is_name(*label, "_") || !is_utf8(*value))
            return std::nullopt;
        family.append(*label).append(1, '\0').append("other").append(1, '\0');
    }
    return family;
}

std::optional<double> number_in(std::string_view text) noexcept {
    double number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    return problem == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

} // namespace

bool count(std::string_view payload) {
    if (payload.size() > most_bytes)
        return true; // there is no room for it
    const auto text = next_string(payload);
    const auto how = next_string(payload);
    const auto help = next_string(payload);
    const auto amount = number_in(text.value_or(""));
    const auto family = help && amount && is_utf8(*help) ? family_of(payload) : std::nullopt;
    if (!family || (*how != "+" && *how != "="))
        return false;
    const bool replaces = *how == "=";
    if (payload.starts_with("counter") && (replaces || !std::isfinite(*amount) || *amount < 0))
        return false;
    if (define_number(*family, *help))
        change_number(payload, *family, *amount, replaces);
    return true;
}

} // namespace pyhook::processes
