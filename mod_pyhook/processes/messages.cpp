#include "processes/messages.h"

#include "websocket/conversation.h"

#include <algorithm>

#include "py/poison.h"

namespace pyhook::processes {

namespace {

constexpr std::size_t longest = websocket::Limits().message;

void append_head(std::string &frames, FrameType type, std::size_t length) {
    const FrameHead head{.length = static_cast<std::uint32_t>(length), .type = type};
    frames.append(reinterpret_cast<const char *>(&head), sizeof(head));
}

} // namespace

void append_message(std::string &frames, bool is_text, std::string_view message) {
    do {
        const std::string_view piece = message.substr(0, most_of_message);
        message.remove_prefix(piece.size());
        append_head(frames, FrameType::heard, piece.size() + 1);
        frames.push_back(static_cast<char>((is_text ? mark_text : 0) + (message.empty() ? 0 : mark_continued)));
        frames.append(piece);
    } while (!message.empty());
}

void append_closing(std::string &frames, const Closing &closing) {
    append_head(frames, FrameType::closed, sizeof(closing.code) + closing.reason.size());
    frames.append(reinterpret_cast<const char *>(&closing.code), sizeof(closing.code)).append(closing.reason);
}

std::optional<Closing> closing_of(std::string_view payload) noexcept {
    Closing closing{};
    if (payload.size() < sizeof(closing.code))
        return std::nullopt;
    std::memcpy(&closing.code, payload.data(), sizeof(closing.code));
    closing.reason = payload.substr(sizeof(closing.code));
    apache::Utf8Check check;
    if (!websocket::may_be_sent(closing.code) || !check.take(closing.reason) || !check.is_whole())
        return std::nullopt;
    return closing;
}

bool Untaken::take(std::string_view payload) noexcept {
    std::uint32_t taken[2];
    if (payload.size() != sizeof(taken))
        return false;
    std::memcpy(taken, payload.data(), sizeof(taken));
    if (taken[0] > messages_ || taken[1] > bytes_)
        return false;
    messages_ -= taken[0];
    bytes_ -= taken[1];
    return true;
}

Message::Step Message::take(std::string_view payload) {
    if (payload.empty() || payload.size() - 1 > longest - (has_begun_ ? text_.size() : 0))
        return Step::wrong;
    const auto marks = static_cast<unsigned char>(payload.front());
    const bool is_text = (marks & mark_text) != 0;
    if ((marks & ~(mark_text | mark_continued)) != 0 || (has_begun_ && is_text != is_text_))
        return Step::wrong;
    if (!has_begun_) {
        text_.clear();
        check_ = {};
    }
    payload.remove_prefix(1);
    is_text_ = is_text;
    has_begun_ = (marks & mark_continued) != 0;
    text_.append(payload);
    if (is_text && (!check_.take(payload) || (!has_begun_ && !check_.is_whole())))
        return Step::wrong;
    return has_begun_ ? Step::more : Step::whole;
}

} // namespace pyhook::processes
