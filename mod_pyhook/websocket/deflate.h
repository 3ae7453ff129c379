// websocket/deflate.h: permessage-deflate (RFC 7692): the agreement of both sides, and the compression of messages.
#pragma once

#include "websocket/frames.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pyhook::websocket {

/// The terms that the handshake has agreed on. Without context takeover, each message is compressed for itself, and
/// nothing is kept in memory between messages.
struct DeflateTerms {
    bool server_keeps_context = false;
    bool client_keeps_context = true;
    std::optional<int> server_window_bits; // what the client asks for, which has to be answered even if it is 15
    int client_window_bits = 15;

    /// The value of Sec-WebSocket-Extensions with these terms.
    std::string header() const;
};

/// The first acceptable offer in a Sec-WebSocket-Extensions header. If there is none, messages are not compressed.
std::optional<DeflateTerms> accept_offer(std::string_view offers);

class Deflate final : public Inflater {
public:
    explicit Deflate(const DeflateTerms &terms);
    Deflate(const Deflate &) = delete;
    Deflate &operator=(const Deflate &) = delete;
    ~Deflate() override;

    bool inflate(std::string_view piece, bool last, std::string &into, std::size_t most, bool &grew) override;

    /// The compressed payload of a message that is sent as one frame.
    std::string deflate(std::string_view message);

private:
    struct Streams;

    const DeflateTerms terms_;
    std::unique_ptr<Streams> streams_;
};

} // namespace pyhook::websocket
