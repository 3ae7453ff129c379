#include "directives/timeouts.h"

#include "directives/directive.h"

namespace pyhook {

namespace {

constexpr int most_seconds = 86400;

const char *no_time(apr_pool_t *pool, const char *text, const char *otherwise) {
    return apr_psprintf(pool, "'%s' is no time: write seconds, 0.001 to %d%s", text, most_seconds, otherwise);
}

} // namespace

std::optional<Timeouts::Time> time_from(std::string_view text) noexcept {
    std::int64_t whole = 0;
    std::size_t at = 0;
    for (; at < text.size() && apr_isdigit(text[at]) && whole <= most_seconds; ++at)
        whole = whole * 10 + (text[at] - '0');
    if (at == 0)
        return std::nullopt;
    std::int64_t thousandths = 0;
    if (at < text.size() && text[at] == '.') {
        if (++at == text.size())
            return std::nullopt;
        for (int unit = 100; at < text.size() && apr_isdigit(text[at]) && unit > 0; ++at, unit /= 10)
            thousandths += unit * (text[at] - '0');
    }
    const Timeouts::Time time{whole * 1000 + thousandths};
    const bool fits = at == text.size() && time > Timeouts::Time::zero() && time <= std::chrono::seconds(most_seconds);
    return fits ? std::optional(time) : std::nullopt;
}

namespace {

constexpr std::string_view key = "slow=";

bool is_slow(const char *word) { return std::string_view(word).starts_with(key); }

/// Why the words can't stand together, or null.
const char *order_problem(apr_pool_t *pool, const char *first, const char *second) {
    if (is_slow(first))
        return is_slow(second) ? given_twice(pool, second)
                               : apr_psprintf(pool, "'%s' comes too late: write it before %s", second, first);
    return is_slow(second) ? nullptr
                           : apr_psprintf(pool, "'%s' is unknown: after the time may come slow=SECONDS", second);
}

} // namespace

const char *timeouts_problem(apr_pool_t *pool, const char *first, const char *second, Timeouts &timeouts) {
    if (const char *problem = second == nullptr ? nullptr : order_problem(pool, first, second))
        return problem;
    const char *const end = is_slow(first) ? "off" : first;
    const char *const slow = is_slow(first) ? first : second;
    if (ap_cstr_casecmp(end, "off") != 0) {
        const auto time = time_from(end);
        if (!time)
            return no_time(pool, end, ", or Off");
        timeouts.end = *time;
    }
    if (slow == nullptr)
        return nullptr;
    const auto time = time_from(slow + key.size());
    if (!time)
        return no_time(pool, slow + key.size(), "");
    if (timeouts.end > Timeouts::Time::zero() && *time >= timeouts.end)
        return apr_psprintf(pool, "%s comes too late: the request is interrupted after %s seconds", slow, end);
    timeouts.slow = *time;
    return nullptr;
}

} // namespace pyhook
