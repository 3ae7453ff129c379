// processes/spool.h: what a process has sent of a response and its client has not taken yet. While a client is slow,
// more of the response comes here, so that the process is soon free for other requests.
#pragma once

#include "apache/httpd.h"

#include <string>
#include <string_view>

namespace pyhook::processes {

/// Lives in the handler's frame.
class Spool {
public:
    /// Keeps about `most` bytes; none for an HTTP/2 stream, of which httpd itself keeps some.
    Spool(request_rec *r, std::size_t most) noexcept;

    bool is_empty() const noexcept { return first_ == bytes_.size(); }
    bool is_full() const noexcept { return rest().size() >= most_; }
    std::string_view rest() const noexcept { return std::string_view(bytes_).substr(first_); }

    /// True if sending so much now would wait for the client.
    bool is_better_kept(std::size_t size) const noexcept;

    void keep(std::string_view piece);

    /// Waits until the client takes something, or, unless it is full, the process says something. Returns how much may
    /// be sent without waiting long; 0 if the process is to be heard.
    std::size_t await(int process) const noexcept;

    /// Waits until the client takes something or sends something. Returns how much may be sent; `sends` is true unless
    /// it only takes.
    std::size_t await_client(bool &sends) const noexcept;

    /// How much the client takes at this moment.
    std::size_t ready() const noexcept;

    void drop(std::size_t sent) noexcept;

private:
    std::size_t room() const noexcept;
    std::size_t without_waiting_long() const noexcept;

    int client_; // -1: nothing is kept
    int patience_;
    std::size_t most_;
    std::string bytes_;
    std::size_t first_ = 0; // what is before it has been sent
};

} // namespace pyhook::processes
