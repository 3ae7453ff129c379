// websocket/frames.h: the frames of RFC 6455: makes messages of what a client sends, and frames of what is sent.
#pragma once

#include "apache/utf8.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace pyhook::websocket {

/// The codes of close frames that mod_pyhook sends (RFC 6455, 7.4.1).
enum class Close : std::uint16_t {
    normal = 1000,
    going_away = 1001,
    protocol_error = 1002,
    no_code = 1005, // never sent
    lost = 1006,    // never sent
    not_utf8 = 1007,
    too_big = 1009,
    internal_error = 1011,
};

enum class Opcode : unsigned char { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

/// What a client has sent. The bytes are valid until the reader's next call.
struct Event {
    enum class Kind : char {
        none, // more bytes are needed
        part, // of a compressed message that has been inflated; it is not complete
        text,
        binary,
        ping,
        pong,
        close,
        error, // the connection fails with `code`
    };
    Kind kind = Kind::none;
    std::string_view data = {};
    std::uint16_t code = 0; // of the close frame that came, or of the one to send
    const char *reason = nullptr;
};

/// Inflates what permessage-deflate has compressed (RFC 7692). There is none if the extension was not agreed on.
class Inflater {
public:
    virtual ~Inflater() = default;

    /// Appends to `into`, which may grow to `most` bytes. Returns false if the piece can't be inflated, and sets `grew`
    /// if the result is too long.
    virtual bool inflate(std::string_view piece, bool last, std::string &into, std::size_t most, bool &grew) = 0;
};

class FrameReader {
public:
    FrameReader(std::size_t longest_message, Inflater *inflater) noexcept
        : longest_(longest_message), inflater_(inflater) {}

    /// Adds bytes from the client, in pieces of any size.
    void feed(std::string_view bytes) { buffer_.append(bytes); }

    /// The next event. After `error` or `close` nothing more is read.
    Event next();

private:
    struct Header {
        bool last;
        bool compressed;
        Opcode opcode;
        std::uint64_t size;
        std::size_t length; // the length of the header itself
        unsigned char mask[4];
    };

    bool read_header();
    const char *problem_with(unsigned char first, unsigned char second) const noexcept;
    Event fail(Close code, const char *reason) noexcept;
    Event take_payload();
    Event finish_frame();
    Event control();
    Event closed(std::string_view payload);
    std::size_t size_at_hand() const noexcept;
    bool add(std::string_view piece, bool last, Event &problem);
    void forget_read() noexcept;

    const std::size_t longest_;
    Inflater *const inflater_;
    std::string buffer_;
    std::size_t at_ = 0; // how many bytes of the buffer have been read
    Header header_{};
    bool in_frame_ = false;
    std::uint64_t taken_ = 0; // how many bytes of the frame's payload have been read
    std::string message_;
    std::string control_;                // the payload of a control frame, as far as it has come
    std::string said_;                   // the last control frame's payload
    Opcode kind_ = Opcode::continuation; // of the message that has begun
    bool inflates_ = false;
    apache::Utf8Check text_;
    bool ended_ = false;
    bool given_ = false; // the message was given, and is dropped at the next call
    Event problem_;
};

/// The head of a server's frame, which is not masked. The payload follows it.
std::string frame_head(Opcode opcode, std::uint64_t size, bool last = true, bool compressed = false);

/// True if a close frame may have this code.
bool may_be_sent(int code) noexcept;

} // namespace pyhook::websocket
