// websocket/utf8.h: text is checked as it comes, so that a wrong byte is found at once (RFC 6455, 8.1; RFC 3629).
#pragma once

#include <cstdint>
#include <string_view>

namespace pyhook::websocket {

class Utf8Check {
public:
    /// False as soon as what came so far can't be the beginning of UTF-8.
    bool take(std::string_view bytes) noexcept;

    /// Is it whole: not in the middle of a character?
    bool is_whole() const noexcept { return left_ == 0; }

private:
    bool begin(unsigned char byte) noexcept;

    unsigned left_ = 0;          // bytes of the character that are to come
    unsigned char least_ = 0x80; // of the next one
    unsigned char most_ = 0xbf;
};

} // namespace pyhook::websocket
