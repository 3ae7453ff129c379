// What a worker process may send, and what the supervisor is told: frames, the strings and messages in them, and
// orders.
#include "httpd.h"
#include "processes/frames.h"
#include "processes/messages.h"
#include "processes/orders.h"

using namespace pyhook::processes;

namespace {

bool is_utf8(std::string_view text) {
    apache::Utf8Check check;
    return check.take(text) && check.is_whole();
}

/// What is written of a message is read as the same.
void demand_same(bool is_text, std::string_view text) {
    std::string frames;
    append_message(frames, is_text, text);
    Message message;
    FrameReader reader{.bytes = frames};
    const std::optional<Frame> frame = reader.next();
    fuzz::demand(frame && frame->type == FrameType::heard && reader.bytes.empty());
    fuzz::demand(message.take(frame->payload) == Message::Step::whole && message.text() == text);
}

void read_frames(std::string_view bytes) {
    FrameReader reader{.bytes = bytes};
    while (const std::optional<Frame> frame = reader.next()) {
        fuzz::demand(frame->payload.size() <= most_in_frame);
        fuzz::demand(frame->payload.data() >= bytes.data());
        fuzz::demand(frame->payload.data() + frame->payload.size() <= bytes.data() + bytes.size());
        std::string_view payload = frame->payload;
        while (const auto string = next_string(payload))
            fuzz::demand(string->find('\0') == std::string_view::npos);
    }
}

/// The same bytes as pieces of messages and as closing: what is taken may go to a client.
void read_messages(std::string_view bytes) {
    Message message;
    std::string joined;
    FrameReader reader{.bytes = bytes};
    while (const std::optional<Frame> frame = reader.next()) {
        if (const std::optional<Closing> closing = closing_of(frame->payload))
            fuzz::demand(is_utf8(closing->reason) && closing->code >= 1000);
        const Message::Step step = message.take(frame->payload);
        if (step == Message::Step::wrong)
            return;
        joined.append(frame->payload.substr(1));
        if (step == Message::Step::more)
            continue;
        fuzz::demand(message.text() == joined && (!message.is_text() || is_utf8(joined)));
        demand_same(message.is_text(), joined);
        joined.clear();
        message.forget();
    }
}

void read_order(std::string_view bytes) {
    try {
        const Group group = unpacked(bytes);
        fuzz::demand(unpacked(packed(group)).command == group.command);
    } catch (const std::out_of_range &) { // it is cut off
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const std::string_view bytes = fuzz::text_of(data, size);
    read_frames(bytes);
    read_messages(bytes);
    read_order(bytes);
    return 0;
}
