// processes/frames.h: what a child of httpd and a worker process say to each other over their connection. Each frame
// has a head: the length of what follows, and its type. Both sides run on one machine, so numbers are in its byte
// order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace pyhook::processes {

enum class FrameType : std::uint32_t {
    // to the process
    request = 1, // strings that end with NUL: the application, then names and values of environ
    body = 2,    // the next bytes, until there are as many as the process waits for; none at the end of the body
    broken = 3,  // the body can't be read: the HTTP status, then why
    scope = 4,   // strings that end with NUL: the ASGI application, marks, then names and values of the fields of its
                 // scope up to a name that is empty, then names and values of headers
    heard = 5,   // a piece of a message that the client of a WebSocket has sent: a MessageMark, then bytes
    closed = 6,  // the WebSocket is over: the code in two bytes, then the reason. Nothing follows
    handler = 7, // strings that end with NUL: the content handler, marks, names and values of fields up to a name that
                 // is empty; then tables: their name, how many entries, names and values
    // from the process
    read = 16, // two numbers: how many bytes of the body it waits for, and how many it can use at most
    head = 17, // strings that end with NUL: the status, then names and values of headers
    data = 18, // bytes of the response
    file = 19, // two numbers: a part of a file, whose descriptor comes with the head of the frame
    log = 20,  // a level of httpd's in a byte, then a text
    fail = 21, // strings that end with NUL: an error code, what happened, the traceback. No more of this response comes
    end = 22,  // the response is complete
    again = 23,  // the process is about to end and has not begun with the request: another one may
    metric = 24, // strings that end with NUL: an amount, + or =, a help; then the key of a number (types/own_metrics.h)
    accept = 25, // the WebSocket is accepted. Strings that end with NUL: the subprotocol, which is empty for none, then
                 // names and values of headers. From now on frames of messages go both ways
    say = 26,    // a piece of a message for the client
    close = 27,  // a close frame for the client: as `closed`. `end` follows when the application has ended
    took = 28,   // two numbers: how many messages the application has taken since the last one, and how many bytes
    full = 29,   // the process can open nothing more (PYHOOK0087) and has not begun with the request: another one may
    set = 30,    // strings that end with NUL: what a content handler has set (changes.h)
    page = 31,   // the body of an error: the status and the content type, two strings that end with NUL; then bytes
    result =
        32 // what a content handler has returned: httpd's status as a number, then the rest of the body. No more of
           // this response comes
};

struct FrameHead {
    std::uint32_t length;
    FrameType type;
};

inline constexpr std::size_t most_in_frame = 1 << 20;

/// httpd keeps each file that a process has opened until the request ends: it takes no more of one request.
inline constexpr int most_files = 16;

/// Nor does it keep more bytes of frames `set` and `page`.
inline constexpr std::size_t most_set = 16 << 20;

/// Nor does one request write more lines into the error log at once (log_room.h).
inline constexpr int most_logged = 10'000;

/// The first byte of a piece of a message, a sum of these.
enum MessageMark : unsigned char {
    mark_text = 1,     // of UTF-8
    mark_continued = 2 // by the next frame of this type
};

/// Pieces of messages are not longer.
inline constexpr std::size_t most_of_message = 256 * 1024;

/// Takes the frame at the front of `bytes` off. Nothing if it is not complete yet; `is_wrong` if it can never be.
struct Frame {
    FrameType type;
    std::string_view payload;
};

struct FrameReader {
    std::string_view bytes;
    bool is_wrong = false;

    std::optional<Frame> next() noexcept {
        FrameHead head;
        if (bytes.size() < sizeof(head))
            return std::nullopt;
        std::memcpy(&head, bytes.data(), sizeof(head));
        is_wrong = is_wrong || head.length > most_in_frame;
        if (is_wrong || bytes.size() - sizeof(head) < head.length)
            return std::nullopt;
        const Frame frame{head.type, bytes.substr(sizeof(head), head.length)};
        bytes.remove_prefix(sizeof(head) + head.length);
        return frame;
    }
};

/// Takes the string at the front of `bytes` off, without its NUL. Nothing if there is none.
inline std::optional<std::string_view> next_string(std::string_view &bytes) noexcept {
    const std::size_t end = bytes.find('\0');
    if (end == std::string_view::npos)
        return std::nullopt;
    const std::string_view string = bytes.substr(0, end);
    bytes.remove_prefix(end + 1);
    return string;
}

} // namespace pyhook::processes
