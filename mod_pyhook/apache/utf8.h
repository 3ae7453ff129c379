// apache/utf8.h: checks text while it comes, so that a wrong byte is found at once (RFC 6455, 8.1; RFC 3629).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace apache {

class Utf8Check {
public:
    /// Returns false as soon as the bytes so far can't begin a UTF-8 text.
    bool take(std::string_view bytes) noexcept;

    /// False in the middle of a character.
    bool is_whole() const noexcept { return left_ == 0; }

private:
    bool begin(unsigned char byte) noexcept;

    unsigned left_ = 0;          // how many bytes of the character are still to come
    unsigned char least_ = 0x80; // bounds of the next byte
    unsigned char most_ = 0xbf;
};

/// `end`, or the start of the UTF-8 character that `end` would cut.
std::size_t between_characters(std::string_view text, std::size_t end) noexcept;

} // namespace apache
