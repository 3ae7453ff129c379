#include "client.h"

#include <iostream>
#include <sys/socket.h>
#include <unistd.h>

namespace services {

namespace {

constexpr std::size_t longest_line = 4096;

class Client {
public:
    Client(int socket, Plugins &plugins) noexcept : socket_(socket), plugins_(plugins) {}
    Client(const Client &) = delete;
    Client &operator=(const Client &) = delete;
    ~Client() {
        if (handle_)
            plugins_.chat().leave(*handle_);
        ::close(socket_);
    }

    /// Until the client says QUIT, leaves, or writes what can't be a line.
    void serve() {
        char piece[longest_line];
        for (ssize_t size = 0; (size = ::recv(socket_, piece, sizeof piece, 0)) > 0;) {
            pending_.append(piece, static_cast<std::size_t>(size));
            for (std::size_t end = 0; (end = pending_.find('\n')) != std::string::npos; pending_.erase(0, end + 1))
                if (!obey(std::string_view(pending_).substr(0, end)))
                    return;
            if (pending_.size() > longest_line)
                return;
        }
    }

private:
    /// False at the end of the conversation.
    bool obey(std::string_view line) {
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        const std::size_t space = line.find(' ');
        const std::string_view word = line.substr(0, space);
        const std::string_view rest = space == std::string_view::npos ? "" : line.substr(space + 1);
        if (word == "NICK")
            take_nick(rest);
        else if (word == "PRIVMSG")
            say(rest);
        else if (word != "QUIT")
            refuse("NICK, PRIVMSG and QUIT are understood");
        return word != "QUIT";
    }

    void refuse(std::string_view why) { send_line(socket_, "ERROR :" + std::string(why)); }

    void take_nick(std::string_view nick) {
        if (handle_)
            return refuse("you have a nick");
        if (!Chat::is_nick(nick))
            return refuse("a nick has 1 to 32 letters, digits, - and _");
        handle_ = plugins_.chat().join(nick, socket_);
        if (!handle_)
            return refuse("somebody has this nick");
        nick_ = nick;
        send_line(socket_, "WELCOME " + nick_);
    }

    /// "nick :text", to a client or to a plug-in's nick.
    void say(std::string_view words) {
        const std::size_t mark = words.find(" :");
        if (!handle_ || mark == std::string_view::npos)
            return refuse(handle_ ? "write PRIVMSG nick :text" : "you have no nick");
        const std::string_view text = words.substr(mark + 2);
        const std::optional<Handle> to = plugins_.chat().find(words.substr(0, mark));
        if (!to || !Chat::is_line(text))
            return refuse(to ? "CR and NUL can't be said" : "nobody has this nick");
        if (!plugins_.chat().say(nick_, *to, text))
            plugins_.deliver(*to, *handle_, text);
    }

    int socket_;
    Plugins &plugins_;
    std::string pending_;
    std::string nick_;
    std::optional<Handle> handle_;
};

} // namespace

void serve_client(int socket, Plugins &plugins) noexcept {
    try {
        Client(socket, plugins).serve();
    } catch (const std::exception &failure) { // out of memory
        std::cerr << "a client is given up: " << failure.what() << std::endl;
    }
}

} // namespace services
