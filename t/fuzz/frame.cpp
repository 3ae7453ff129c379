// What a worker process may send, and what the supervisor is told: frames, the strings in them, and orders.
#include "httpd.h"
#include "processes/frames.h"
#include "processes/orders.h"

using namespace pyhook::processes;

namespace {

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
    read_order(bytes);
    return 0;
}
