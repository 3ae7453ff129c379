#include "apache/trace.h"

#include "apache/pool.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace apache {

namespace {

constexpr const char *header = "traceparent";
constexpr const char *state_header = "tracestate";
constexpr const char *note = "pyhook:traceparent"; // a client that sends nothing readable has a header, but no note

/// Fixed places of "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".
constexpr std::size_t trace_start = 3;
constexpr std::size_t trace_size = 32;
constexpr std::size_t parent_start = 36;
constexpr std::size_t parent_size = 16;
constexpr std::size_t flags_start = 53;
constexpr std::size_t whole_size = 55;

/// The bits of the flags that have a meaning: sampled, and random.
constexpr int known_flags = 3;

constexpr std::string_view digits = "0123456789abcdef";

bool is_hexadecimal(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(), [](char byte) { return digits.find(byte) != digits.npos; });
}

bool is_id(std::string_view text) noexcept { return is_hexadecimal(text) && text.find_first_not_of('0') != text.npos; }

/// W3C Trace Context, 3.2: a later version may have more behind another "-". It may not be "ff".
bool is_traceparent(std::string_view text) noexcept {
    if (text.size() < whole_size || text[2] != '-' || text[35] != '-' || text[52] != '-')
        return false;
    const std::string_view version = text.substr(0, 2);
    const bool fits = text.size() == whole_size || (version != "00" && text[whole_size] == '-');
    return fits && is_hexadecimal(version) && version != "ff" && is_id(text.substr(trace_start, trace_size)) &&
           is_id(text.substr(parent_start, parent_size)) && is_hexadecimal(text.substr(flags_start, 2));
}

/// The same in the version that this writes, with the flags that it knows.
const char *as_own_version(apr_pool_t *pool, std::string_view text) {
    char *made = copy(pool, text.substr(0, whole_size));
    made[0] = made[1] = made[flags_start] = '0';
    made[flags_start + 1] = digits[digits.find(made[flags_start + 1]) & known_flags];
    return made;
}

/// The digits of eight numbers below 16, a byte each.
std::uint64_t digits_of(std::uint64_t numbers) noexcept {
    constexpr std::uint64_t ones = 0x0101010101010101;
    const std::uint64_t letters = (numbers + 6 * ones) >> 4 & ones; // 1 for each number above 9
    return numbers + '0' * ones + letters * ('a' - '0' - 10);
}

/// xoshiro256++ by Blackman and Vigna. Ids need to be different, not secret, and asking the kernel costs more than the
/// rest.
class Generator {
public:
    void seed() noexcept {
        if (!is_seeded_)
            is_seeded_ = apr_generate_random_bytes(reinterpret_cast<unsigned char *>(state_.data()), sizeof(state_)) ==
                         APR_SUCCESS;
    }

    /// Writes 16 digits, which are not all zeros.
    void write_digits(char *to) noexcept {
        constexpr std::uint64_t halves = 0x0f0f0f0f0f0f0f0f;
        const std::uint64_t number = next();
        const std::array written{digits_of(number & halves), digits_of(number >> 4 & halves)};
        std::copy_n(reinterpret_cast<const char *>(written.data()), sizeof(written), to);
    }

private:
    std::uint64_t next() noexcept {
        const std::uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
        const std::uint64_t shifted = state_[1] << 17;
        state_[2] ^= state_[0];
        state_[3] ^= state_[1];
        state_[1] ^= state_[2];
        state_[0] ^= state_[3];
        state_[2] ^= shifted;
        state_[3] = std::rotl(state_[3], 45);
        return result != 0 ? result : 1;
    }

    std::array<std::uint64_t, 4> state_{1, 2, 3, 4};
    bool is_seeded_ = false;
};

constinit thread_local Generator generator;

/// A new trace, whose spans are to be recorded.
const char *made_traceparent(apr_pool_t *pool) {
    char *made = copy(pool, "00-................................-................-01");
    Generator &random = generator;
    random.seed();
    random.write_digits(made + trace_start);
    random.write_digits(made + trace_start + trace_size / 2);
    random.write_digits(made + parent_start);
    return made;
}

} // namespace

namespace {

/// What a request has that an internal redirect, an ErrorDocument or a sub-request has come from.
bool go_on(request_rec *r) {
    if (r->main == nullptr && r->prev == nullptr)
        return false;
    const char *traceparent = traceparent_of(r);
    if (traceparent == nullptr)
        return false;
    apr_table_setn(r->headers_in, header, traceparent);
    apr_table_addn(r->notes, note, traceparent);
    return true;
}

} // namespace

void begin_trace(request_rec *r, bool is_trusted) {
    if (go_on(r))
        return;
    const char *sent = is_trusted ? apr_table_get(r->headers_in, header) : nullptr;
    const bool is_taken = sent != nullptr && is_traceparent(sent);
    const char *traceparent = is_taken ? as_own_version(r->pool, sent) : made_traceparent(r->pool);
    if (!is_taken)
        apr_table_unset(r->headers_in, state_header);
    if (is_trusted && sent == nullptr)
        apr_table_addn(r->headers_in, header, traceparent); // this searches for nothing
    else
        apr_table_setn(r->headers_in, header, traceparent);
    apr_table_addn(r->notes, note, traceparent);
}

const char *traceparent_of(const request_rec *r) noexcept {
    const char *found = nullptr;
    for (; found == nullptr && r != nullptr; r = r->main != nullptr ? r->main : r->prev)
        found = apr_table_get(r->notes, note);
    return found;
}

std::string_view trace_id_of(const request_rec *r) noexcept {
    const char *traceparent = traceparent_of(r);
    return traceparent == nullptr ? std::string_view() : std::string_view(traceparent + trace_start, trace_size);
}

} // namespace apache
