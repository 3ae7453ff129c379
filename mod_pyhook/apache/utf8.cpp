#include "apache/utf8.h"

#include <cstring>

namespace apache {

/// The first byte of a character says how many bytes follow. It also bounds the second byte, which excludes overlong
/// forms, surrogates and characters above U+10FFFF.
bool Utf8Check::begin(unsigned char byte) noexcept {
    least_ = 0x80;
    most_ = 0xbf;
    if (byte < 0x80)
        return true;
    if (byte < 0xc2 || byte > 0xf4)
        return false;
    left_ = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    if (byte == 0xe0)
        least_ = 0xa0;
    if (byte == 0xed)
        most_ = 0x9f;
    if (byte == 0xf0)
        least_ = 0x90;
    if (byte == 0xf4)
        most_ = 0x8f;
    return true;
}

bool Utf8Check::take(std::string_view bytes) noexcept {
    constexpr std::uint64_t high_bits = 0x8080808080808080;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        for (std::uint64_t word = 0; left_ == 0 && bytes.size() - at >= sizeof(word); at += sizeof(word)) {
            std::memcpy(&word, bytes.data() + at, sizeof(word));
            if ((word & high_bits) != 0)
                break;
        }
        if (at == bytes.size())
            break;
        const auto byte = static_cast<unsigned char>(bytes[at]);
        if (left_ == 0) {
            if (!begin(byte))
                return false;
            continue;
        }
        if (byte < least_ || byte > most_)
            return false;
        least_ = 0x80;
        most_ = 0xbf;
        --left_;
    }
    return true;
}

std::size_t between_characters(std::string_view text, std::size_t end) noexcept {
    constexpr std::size_t longest_character = 4;
    std::size_t begin = end;
    while (end < text.size() && begin > 0 && (text[begin] & 0xC0) == 0x80)
        --begin;
    return end - begin < longest_character ? begin : end;
}

} // namespace apache
