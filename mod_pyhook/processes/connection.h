// processes/connection.h: a connection to a worker process, over which frames go both ways.
#pragma once

#include "processes/admission.h"
#include "processes/frames.h"
#include "processes/idle.h"

#include <chrono>
#include <memory>
#include <span>
#include <string>

namespace pyhook::processes {

/// What a connection is for: requests, or one text that says which requests the process serves now.
enum class Errand : char { requests = 0, look = '?' };

/// Gives one end of a connection to the process that listens at the other end of `to_process`, now or when it starts.
bool pass(int to_process, int end, Errand errand) noexcept;

class Connection {
public:
    /// What `receive` found instead of a frame.
    enum class Loss {
        none,
        gone,          // the process has closed the connection, or has ended
        silent,        // it said nothing for too long
        nonsense,      // it said what no process says
        no_descriptor, // httpd has none for a connection
        // Nobody waits for a frame any more:
        client_gone,
        stopping // the server
    };

    /// Is asked a few times a second.
    class Watch {
    public:
        /// Why nobody waits any more, or none.
        virtual Loss look() noexcept = 0;

    protected:
        ~Watch() = default;
    };

    explicit Connection(std::chrono::seconds patience) noexcept : patience_(patience) {}

    /// Sends a request over an idle connection to the process, or over a new one. False if it can't be reached.
    bool open(Channels &channels, int slot, std::string_view request) noexcept;

    /// A payload that is sent may have so many pieces.
    static constexpr std::size_t most_pieces = 32;

    /// False if the process has gone.
    bool send(FrameType type, std::span<const std::string_view> payload) noexcept;
    bool send(FrameType type, std::string_view payload) noexcept { return send(type, {&payload, 1}); }

    /// The next frame, which is valid until the next call; waits for it.
    std::optional<Frame> receive(Watch *watch = nullptr) noexcept;

    // The same without waiting.

    /// The next frame if it has come. `loss` says whether more can come.
    std::optional<Frame> receive_now() noexcept;

    /// Takes off what there is room for. False if the process has gone.
    bool send_now(std::string_view &bytes) noexcept;

    /// Frees the memory that no bytes are in.
    void trim() noexcept;

    /// The socket, to wait for.
    int descriptor() const noexcept { return socket_.get(); }

    /// Gives the socket away.
    Socket release() noexcept { return std::move(socket_); }

    /// True if the frame after the last one is there already, and is of this type.
    bool is_followed_by(FrameType type) const noexcept;

    /// The descriptor that came with the last bytes.
    Socket take_descriptor() noexcept { return std::move(descriptor_); }

    bool has_received() const noexcept { return has_received_; }
    Loss loss() const noexcept { return loss_; }

    /// The request is over: another one may use the connection.
    void give_back(Channels &channels, int slot) noexcept;

    /// The request is over, and who knows what the process still sends.
    void close() noexcept { socket_.reset(); }

private:
    using Clock = std::chrono::steady_clock;

    bool dial(int to_process) noexcept;
    bool is_silent() const noexcept;
    bool send_all(std::string_view bytes) noexcept;
    bool await_more(Watch &watch) noexcept;
    std::optional<Frame> next() noexcept;
    bool read_more(int flags) noexcept;
    void make_room();
    void take_descriptors(struct msghdr &message) noexcept;

    std::chrono::seconds patience_;
    Clock::time_point looked_ = Clock::now(); // at the client and the server
    Socket socket_;
    Socket descriptor_;
    std::unique_ptr<char[]> buffer_;
    std::size_t size_ = 0; // of the buffer
    std::size_t read_ = 0; // so much of it has been taken
    std::size_t end_ = 0;  // so much of it has come
    bool has_received_ = false;
    Loss loss_ = Loss::none;
};

} // namespace pyhook::processes
