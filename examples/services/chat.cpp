#include "chat.h"

#include <algorithm>
#include <sys/socket.h>

namespace services {

namespace {

constexpr std::size_t longest_nick = 32;

bool is_part_of_nick(unsigned char byte) noexcept {
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           byte == '_' || byte == '-' || byte >= 0x80;
}

} // namespace

void send_line(int socket, std::string_view line) noexcept {
    const std::string whole = std::string(line) + "\n";
    const auto size = static_cast<ssize_t>(whole.size());
    if (::send(socket, whole.data(), whole.size(), MSG_DONTWAIT | MSG_NOSIGNAL) != size)
        ::shutdown(socket, SHUT_RDWR);
}

bool Chat::is_nick(std::string_view nick) noexcept {
    return !nick.empty() && nick.size() <= longest_nick && std::all_of(nick.begin(), nick.end(), is_part_of_nick);
}

bool Chat::is_line(std::string_view text) noexcept {
    return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

std::optional<Handle> Chat::join(std::string_view nick, int socket) {
    const std::lock_guard lock(mutex_);
    if (!by_nick_.emplace(nick, last_ + 1).second)
        return std::nullopt;
    participants_[++last_] = {std::string(nick), socket};
    return last_;
}

void Chat::leave(Handle handle) {
    const std::lock_guard lock(mutex_);
    const auto found = participants_.find(handle);
    if (found == participants_.end())
        return;
    by_nick_.erase(found->second.nick);
    participants_.erase(found);
}

std::optional<Handle> Chat::find(std::string_view nick) const {
    const std::lock_guard lock(mutex_);
    const auto found = by_nick_.find(nick);
    return found == by_nick_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::string> Chat::nick_of(Handle handle) const {
    const std::lock_guard lock(mutex_);
    const auto found = participants_.find(handle);
    return found == participants_.end() ? std::nullopt : std::optional(found->second.nick);
}

bool Chat::say(std::string_view from, Handle to, std::string_view text) const {
    const std::lock_guard lock(mutex_);
    const auto found = participants_.find(to);
    if (found == participants_.end() || found->second.socket == no_socket)
        return false;
    send_line(found->second.socket,
              ":" + std::string(from) + " PRIVMSG " + found->second.nick + " :" + std::string(text));
    return true;
}

} // namespace services
