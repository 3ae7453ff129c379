// services/chat.h: who is in the chat, by nick and by handle, and lines to them.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace services {

/// Names a participant for as long as the program runs; none is used twice.
using Handle = long;

/// Safe from any thread. Nobody waits in here: a client that does not read what it gets is disconnected.
class Chat {
public:
    /// A client, by the socket on which it reads. Nothing if somebody has the nick.
    std::optional<Handle> join(std::string_view nick, int socket);

    /// A plug-in's nick, which has no socket.
    std::optional<Handle> join(std::string_view nick) { return join(nick, no_socket); }

    void leave(Handle handle);

    std::optional<Handle> find(std::string_view nick) const;
    std::optional<std::string> nick_of(Handle handle) const;

    /// Says `text` to a client in somebody's name. False if there is no such client.
    bool say(std::string_view from, Handle to, std::string_view text) const;

    /// May somebody have this nick?
    static bool is_nick(std::string_view nick) noexcept;

    /// Would this stay one line?
    static bool is_line(std::string_view text) noexcept;

private:
    static constexpr int no_socket = -1;

    struct Participant {
        std::string nick;
        int socket;
    };

    mutable std::mutex mutex_;
    Handle last_ = 0;
    std::map<Handle, Participant> participants_;
    std::map<std::string, Handle, std::less<>> by_nick_;
};

/// The line to a socket, or none of it and the end of the connection: of a line that went out in part the rest could
/// only be waited for.
void send_line(int socket, std::string_view line) noexcept;

} // namespace services
