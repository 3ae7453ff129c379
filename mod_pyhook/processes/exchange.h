// processes/exchange.h: a request that a worker process answers.
#pragma once

#include "apache/body.h"

#include "call/entry.h"
#include "processes/connection.h"
#include "processes/request_frame.h"
#include "processes/spool.h"
#include "processes/vigil.h"
#include "types/elsewhere.h"
#include "wsgi/response.h"

namespace pyhook::processes {

/// One request and the processes that try to answer it.
class Exchange {
public:
    Exchange(request_rec *r, const Mount &mount, const ProcessesDefinition &definition, Scope scope = Scope::http);
    Exchange(const Exchange &) = delete;
    Exchange &operator=(const Exchange &) = delete;

    virtual ~Exchange() = default;

    /// Returns httpd's status.
    int run();

protected:
    enum class Step { more, over, lost, again };

    Step take(const Frame &frame);

    /// Takes a frame that is none of an ordinary response.
    virtual Step take_other(const Frame &frame);

    /// Takes the head of a response.
    Step start(std::string_view status, std::string_view headers);

    /// Reports what no process sends.
    Step nonsense(const char *what);

    /// From now on this counts as a WebSocket of its process, and keeps no request waiting.
    void become_socket() noexcept {
        socket_.emplace(*definition_.channels, place_->slot());
        place_->leave();
    }

    /// No thread serves the socket from now on.
    void note_suspended() noexcept { socket_->suspend(); }

    /// Nobody looks at the request any more, which ends before this.
    void retire() noexcept {
        running_.reset();
        socket_.reset();
    }

    const Site &site() const noexcept { return site_; }
    const char *processes() const noexcept { return definition_.name; }
    std::chrono::seconds grace() const noexcept { return std::chrono::seconds(definition_.graceful_timeout); }
    wsgi::Response &response() noexcept { return response_; }
    Connection &wire() noexcept { return connection_; }
    void set_status(int status) noexcept { status_ = status; }

private:
    bool is_asgi() const noexcept { return mount_.gateway == Gateway::asgi; }
    apache::Body &body();
    int receive_body();
    int refuse(Refusal refusal);
    bool refuses_old_code(const Place &place);
    std::optional<int> try_one(Place &place);
    bool may_repeat();
    Step advance();
    Step relieve();
    Step send(std::string_view piece);
    void send_rest(); // however long the client takes
    Step take_head(std::string_view payload);
    Step take_data(std::string_view payload);
    Step take_file(std::string_view payload);
    Step take_failure(std::string_view payload);
    Step take_refusal(FrameType type);
    Step answer_read(std::string_view payload);
    void end();
    void tell_ending();
    bool is_unwanted() const noexcept;
    int end_unwanted();
    int tell_loss();

    request_rec *r_;
    const Mount &mount_;
    const ProcessesDefinition &definition_;
    Site site_;
    apache::Body *body_ = nullptr;
    bool was_read_ = false; // the body, by a process
    gateway::BodyLength length_;
    wsgi::Response response_;
    Scope scope_;
    Vigil vigil_;
    Spool spool_;
    Connection connection_{std::chrono::seconds(0)};
    Place *place_ = nullptr;
    Avoided avoided_;
    int status_ = OK;
    bool was_lost_ = false; // once, by a process that ended
    std::optional<OpenSocket> socket_;
    std::optional<RunningElsewhere> running_;
};

} // namespace pyhook::processes
