#include "websocket/frames.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace pyhook::websocket {

namespace {

constexpr unsigned char final_bit = 0x80;
constexpr unsigned char compressed_bit = 0x40;
constexpr unsigned char reserved_bits = 0x30;
constexpr unsigned char mask_bit = 0x80;
constexpr std::size_t mask_length = 4;
constexpr std::uint64_t longest_control = 125;

/// Memory that is kept for the next message. A client could otherwise have as much as its longest message has taken.
constexpr std::size_t most_kept = 64 * 1024;

/// How much of a compressed message is inflated at once: what comes of it may be a thousand times as long.
constexpr std::size_t most_inflated = 256;

bool is_control(Opcode opcode) noexcept { return opcode >= Opcode::close; }

std::uint64_t big_endian(const char *bytes, std::size_t count) noexcept {
    std::uint64_t value = 0;
    for (std::size_t at = 0; at < count; ++at)
        value = value << 8 | static_cast<unsigned char>(bytes[at]);
    return value;
}

/// Unmasks in place. The bytes begin at byte `offset` of the payload.
void unmask(char *bytes, std::size_t size, const unsigned char (&mask)[mask_length], std::uint64_t offset) noexcept {
    unsigned char turned[sizeof(std::uint64_t)];
    for (std::size_t at = 0; at < sizeof(turned); ++at)
        turned[at] = mask[(offset + at) % mask_length];
    std::uint64_t pattern = 0;
    std::memcpy(&pattern, turned, sizeof(pattern));
    std::size_t at = 0;
    for (; size - at >= sizeof(pattern); at += sizeof(pattern)) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes + at, sizeof(word));
        word ^= pattern;
        std::memcpy(bytes + at, &word, sizeof(word));
    }
    for (; at < size; ++at)
        bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ turned[at % mask_length]);
}

} // namespace

bool may_be_sent(int code) noexcept {
    return (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006) ||
           (code >= 3000 && code <= 4999);
}

std::string frame_head(Opcode opcode, std::uint64_t size, bool last, bool compressed) {
    std::string head;
    head.push_back(static_cast<char>((last ? final_bit : 0) | (compressed ? compressed_bit : 0) |
                                     static_cast<unsigned char>(opcode)));
    const std::size_t extra = size < 126 ? 0 : size <= 0xffff ? 2 : 8;
    head.push_back(static_cast<char>(extra == 0 ? size : extra == 2 ? 126 : 127));
    for (std::size_t at = extra; at > 0; --at)
        head.push_back(static_cast<char>(size >> (8 * (at - 1)) & 0xff));
    return head;
}

Event FrameReader::fail(Close code, const char *reason) noexcept {
    ended_ = true;
    return {.kind = Event::Kind::error, .code = static_cast<std::uint16_t>(code), .reason = reason};
}

void FrameReader::forget_read() noexcept {
    buffer_.erase(0, at_);
    at_ = 0;
}

/// Checks the first two bytes of a frame. Returns null, or a text that says what is wrong.
const char *FrameReader::problem_with(unsigned char first, unsigned char second) const noexcept {
    const auto opcode = static_cast<Opcode>(first & 0x0f);
    const bool last = (first & final_bit) != 0;
    const bool compressed = (first & compressed_bit) != 0;
    const bool begins = opcode == Opcode::text || opcode == Opcode::binary;
    if ((first & reserved_bits) != 0 || (compressed && (inflater_ == nullptr || !begins)))
        return "a reserved bit is set";
    if (!begins && opcode != Opcode::continuation && (opcode < Opcode::close || opcode > Opcode::pong))
        return "an opcode is reserved";
    if ((second & mask_bit) == 0)
        return "a frame of a client is masked";
    if (is_control(opcode) && (!last || (second & 0x7f) > longest_control))
        return "a control frame is whole and has 125 bytes at most";
    if (opcode == Opcode::continuation && kind_ == Opcode::continuation)
        return "there is nothing to continue";
    if (begins && kind_ != Opcode::continuation)
        return "the message before has not ended";
    return nullptr;
}

/// Returns false if more bytes are needed, or if something is wrong; `problem_` then says what.
bool FrameReader::read_header() {
    const std::string_view rest = std::string_view(buffer_).substr(at_);
    if (rest.size() < 2)
        return false;
    const auto first = static_cast<unsigned char>(rest[0]);
    const auto second = static_cast<unsigned char>(rest[1]);
    if (const char *problem = problem_with(first, second)) {
        problem_ = fail(Close::protocol_error, problem);
        return false;
    }
    const unsigned char short_size = second & 0x7f;
    const std::size_t extra = short_size < 126 ? 0 : short_size == 126 ? 2 : 8;
    const std::size_t length = 2 + extra + mask_length;
    if (rest.size() < length)
        return false;
    const std::uint64_t size = extra == 0 ? short_size : big_endian(rest.data() + 2, extra);
    if (size >> 63 != 0 || (extra == 2 && size < 126) || (extra == 8 && size <= 0xffff)) {
        problem_ = fail(Close::protocol_error, "the length of a frame is not in its shortest form");
        return false;
    }
    header_ = {.last = (first & final_bit) != 0,
               .compressed = (first & compressed_bit) != 0,
               .opcode = static_cast<Opcode>(first & 0x0f),
               .size = size,
               .length = length,
               .mask = {}};
    std::memcpy(header_.mask, rest.data() + length - mask_length, mask_length);
    at_ += length;
    taken_ = 0;
    return true;
}

Event FrameReader::next() {
    if (std::exchange(given_, false)) {
        message_.clear();
        if (message_.capacity() > most_kept)
            message_.shrink_to_fit();
        kind_ = Opcode::continuation;
        text_ = {};
    }
    while (!ended_) {
        if (!in_frame_) {
            if (!read_header()) {
                forget_read();
                return std::exchange(problem_, {});
            }
            in_frame_ = true;
            if (!is_control(header_.opcode) && header_.opcode != Opcode::continuation) {
                kind_ = header_.opcode;
                inflates_ = header_.compressed;
            }
            if (!is_control(header_.opcode) && header_.size > longest_ - std::min(longest_, message_.size()))
                return fail(Close::too_big, "a message is too long");
        }
        const std::size_t before = message_.size();
        const Event event = take_payload();
        if (event.kind != Event::Kind::none)
            return event;
        if (inflates_ && message_.size() > before)
            return {.kind = Event::Kind::part, .data = std::string_view(message_).substr(before)};
        if (in_frame_) {
            forget_read();
            return {};
        }
    }
    return {};
}

/// How much of the frame's payload is taken now.
std::size_t FrameReader::size_at_hand() const noexcept {
    const std::size_t has_come = buffer_.size() - at_;
    const std::size_t most = inflates_ && !is_control(header_.opcode) ? std::min(has_come, most_inflated) : has_come;
    return static_cast<std::size_t>(std::min<std::uint64_t>(header_.size - taken_, most));
}

Event FrameReader::take_payload() {
    const std::size_t size = size_at_hand();
    const bool whole = taken_ + size == header_.size;
    unmask(buffer_.data() + at_, size, header_.mask, taken_);
    const std::string_view piece = std::string_view(buffer_).substr(at_, size);
    at_ += size;
    taken_ += size;
    in_frame_ = !whole;
    if (is_control(header_.opcode)) {
        control_.append(piece);
        return whole ? control() : Event{};
    }
    Event problem;
    if (!add(piece, whole && header_.last, problem))
        return problem;
    return whole && header_.last ? finish_frame() : Event{};
}

bool FrameReader::add(std::string_view piece, bool last, Event &problem) {
    const std::size_t before = message_.size();
    if (inflates_) {
        bool too_long = false;
        if (!inflater_->inflate(piece, last, message_, longest_, too_long)) {
            problem = too_long ? fail(Close::too_big, "a message is too long")
                               : fail(Close::protocol_error, "a message can't be inflated");
            return false;
        }
    } else {
        message_.append(piece);
    }
    const std::string_view added = std::string_view(message_).substr(before);
    if (kind_ == Opcode::text && (!text_.take(added) || (last && !text_.is_whole()))) {
        problem = fail(Close::not_utf8, "a text is no UTF-8");
        return false;
    }
    return true;
}

Event FrameReader::finish_frame() {
    given_ = true;
    return {.kind = kind_ == Opcode::text ? Event::Kind::text : Event::Kind::binary, .data = message_};
}

Event FrameReader::control() {
    said_ = std::exchange(control_, {});
    if (header_.opcode == Opcode::close)
        return closed(said_);
    return {.kind = header_.opcode == Opcode::ping ? Event::Kind::ping : Event::Kind::pong, .data = said_};
}

Event FrameReader::closed(std::string_view payload) {
    ended_ = true;
    if (payload.empty())
        return {.kind = Event::Kind::close, .code = static_cast<std::uint16_t>(Close::no_code)};
    if (payload.size() == 1)
        return fail(Close::protocol_error, "a close frame has a code of two bytes");
    const auto code = static_cast<std::uint16_t>(big_endian(payload.data(), 2));
    apache::Utf8Check check;
    if (!may_be_sent(code))
        return fail(Close::protocol_error, "the code of a close frame is reserved");
    if (!check.take(payload.substr(2)) || !check.is_whole())
        return fail(Close::not_utf8, "the reason of a close frame is no UTF-8");
    return {.kind = Event::Kind::close, .data = payload.substr(2), .code = code};
}

} // namespace pyhook::websocket
