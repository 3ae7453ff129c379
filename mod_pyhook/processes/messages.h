// processes/messages.h: the messages of a WebSocket in frames, and its end.
#pragma once

#include "apache/utf8.h"

#include "processes/frames.h"

#include <string>

namespace pyhook::processes {

/// How a side closes.
struct Closing {
    std::uint16_t code;
    std::string_view reason;
};

/// Appends the frames of what the client has sent.
void append_message(std::string &frames, bool is_text, std::string_view message);
void append_closing(std::string &frames, const Closing &closing);

/// Takes a close frame that the client may get. Nothing if it is none.
std::optional<Closing> closing_of(std::string_view payload) noexcept;

/// The messages that a process has and its application has not taken.
class Untaken {
public:
    /// No more are sent to the process.
    bool is_much() const noexcept { return messages_ >= most_messages || bytes_ >= most_bytes; }

    void add(std::size_t bytes) noexcept {
        ++messages_;
        bytes_ += bytes;
    }

    /// Takes a `took` frame. False if there are not so many.
    bool take(std::string_view payload) noexcept;

private:
    static constexpr std::size_t most_messages = 32;
    static constexpr std::size_t most_bytes = 64 * 1024;

    std::size_t messages_ = 0;
    std::size_t bytes_ = 0;
};

/// Joins the pieces of a message that a process sends.
class Message {
public:
    enum class Step { more, whole, wrong };

    /// Takes a piece. After `whole` the next piece begins another message.
    Step take(std::string_view payload);

    bool is_text() const noexcept { return is_text_; }
    std::string_view text() const noexcept { return text_; }

    /// Frees its memory.
    void forget() noexcept { std::string().swap(text_); }

private:
    std::string text_;
    apache::Utf8Check check_;
    bool is_text_ = false;
    bool has_begun_ = false;
};

} // namespace pyhook::processes
