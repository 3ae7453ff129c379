// websocket/deflate.h: permessage-deflate (RFC 7692): what both sides agree on, and the messages compressed so.
#pragma once

#include "websocket/frames.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pyhook::websocket {

/// What was agreed on in the handshake. Without context takeover every message stands alone, and nothing but the
/// message is kept in memory between two.
struct DeflateTerms {
    bool server_keeps_context = false;
    bool client_keeps_context = true;
    int server_window_bits = 15;
    int client_window_bits = 15;

    /// The value of Sec-WebSocket-Extensions that says so.
    std::string header() const;
};

/// The first offer of a Sec-WebSocket-Extensions header that can be taken. None: messages are not compressed.
std::optional<DeflateTerms> accept_offer(std::string_view offers);

class Deflate final : public Inflater {
public:
    explicit Deflate(const DeflateTerms &terms);
    Deflate(const Deflate &) = delete;
    Deflate &operator=(const Deflate &) = delete;
    ~Deflate() override;

    bool inflate(std::string_view piece, bool last, std::string &into, std::size_t most, bool &grew) override;

    /// The payload of the one frame of a message.
    std::string deflate(std::string_view message);

private:
    struct Streams;

    const DeflateTerms terms_;
    std::unique_ptr<Streams> streams_;
};

} // namespace pyhook::websocket
