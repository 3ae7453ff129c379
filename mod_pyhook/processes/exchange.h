// processes/exchange.h: a request that a worker process answers.
#pragma once

#include "apache/body.h"

#include "call/entry.h"
#include "config/mount.h"
#include "processes/connection.h"
#include "processes/log_room.h"
#include "processes/spool.h"
#include "processes/vigil.h"
#include "types/elsewhere.h"

namespace pyhook::processes {

/// One request and the processes that try to answer it. A derived class knows what is asked and what an answer is.
class Exchange {
public:
    Exchange(request_rec *r, const Mount &mount, const ProcessesDefinition &definition);
    Exchange(const Exchange &) = delete;
    Exchange &operator=(const Exchange &) = delete;

    virtual ~Exchange() = default;

    /// Returns httpd's status.
    int run();

protected:
    enum class Step { more, over, lost, again };

    /// Returns OK, or the status of a request that no process gets.
    virtual int prepare() { return OK; }

    /// The frame that asks a process.
    virtual std::string question() const = 0;

    /// True if the process is told at once when its client has gone; otherwise it learns of it when it sends.
    virtual bool watches_client() const noexcept { return false; }

    /// Takes a frame of the answer.
    virtual Step take_answer(const Frame &frame) = 0;

    /// Has the process begun with its answer?
    virtual bool is_started() const noexcept = 0;

    /// Sends a piece of the body.
    virtual void deliver(std::string_view piece) = 0;

    /// False if the response takes no more of it.
    virtual bool wants_more() const = 0;

    /// Ends an answer of which no more comes.
    virtual void end() = 0;

    /// Sends nothing more of it: something else ends the response.
    virtual void abandon() = 0;

    Step take(const Frame &frame);

    /// Reports what no process sends.
    Step nonsense(const char *what);

    /// The process has nothing more to say about this request, and may get another one.
    void let_process_go();

    /// Takes a piece of the body: it goes to the client, or waits for a slow one.
    Step take_piece(std::string_view piece);

    /// Sends what waits, however long the client takes.
    void send_rest();

    /// Ends the exchange if the response takes no more.
    Step go_on();

    /// A part of a file that the process has opened.
    struct FilePart {
        apr_file_t *file;
        apr_off_t offset;
        apr_off_t size;
    };

    /// Takes a frame `file`. Returns nothing if it is wrong, and then nonsense was reported.
    std::optional<FilePart> file_part(std::string_view payload);

    apache::Body &body();

    /// Gives back what the process has read of the body; false if that is too much.
    bool give_body_back() { return body_ == nullptr || body_->put_back(); }

    /// From now on this counts as a WebSocket of its process, and keeps no request waiting.
    void become_socket() noexcept {
        socket_.emplace(*definition_.channels, place_->slot());
        place_->leave();
    }

    /// No thread serves the socket from now on.
    void note_suspended() noexcept { socket_->suspend(); }

    /// Nobody looks at the request any more, which ends before this.
    void retire() noexcept {
        tell_left_out();
        running_.reset();
        socket_.reset();
    }

    request_rec *request() const noexcept { return r_; }
    const Mount &mount() const noexcept { return mount_; }
    const Site &site() const noexcept { return site_; }
    const char *processes() const noexcept { return definition_.name; }
    std::chrono::seconds grace() const noexcept { return std::chrono::seconds(definition_.graceful_timeout); }
    Connection &wire() noexcept { return connection_; }
    void set_status(int status) noexcept { status_ = status; }

private:
    int be_answered();
    int refuse(Refusal refusal);
    bool refuses_old_code(const Place &place);
    std::optional<int> try_one(Place &place);
    bool may_repeat();
    Step advance();
    Step relieve();
    Step send(std::string_view piece);
    void take_entry(std::string_view payload);
    void tell_left_out() noexcept;
    Step take_failure(std::string_view payload);
    Step take_refusal(FrameType type);
    Step take_read(std::string_view payload);
    Step feed();
    Step break_body(apr_status_t status);
    bool is_unwanted() const noexcept;
    int end_unwanted();
    int tell_loss();

    request_rec *r_;
    const Mount &mount_;
    const ProcessesDefinition &definition_;
    Site site_;
    apache::Body *body_ = nullptr;
    bool was_read_ = false;   // the body, by a process
    std::uint32_t least_ = 0; // so much of it the process waits for
    std::uint32_t most_ = 0;  // so much it can use
    int files_ = 0;           // that a process has opened
    LogRoom log_room_{most_logged};
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
