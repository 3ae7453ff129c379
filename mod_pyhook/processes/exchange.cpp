#include "processes/exchange.h"

#include "apache/framing.h"
#include "apache/log.h"
#include "apache/pool.h"
#include "apache/table.h"

#include "call/client_page.h"
#include "call/exception.h"
#include "processes/counted.h"
#include "processes/look.h"
#include "types/running.h"

#include <apr_portable.h>

#include <sys/stat.h>

#include "py/poison.h"

namespace pyhook::processes {

namespace {

constexpr std::size_t most_of_body = 256 * 1024; // in one frame

/// RFC 9110, 9.2.2: a request that may be sent again.
bool is_idempotent(const request_rec *r) {
    switch (r->method_number) {
    case M_GET: // HEAD, too
    case M_PUT:
    case M_DELETE:
    case M_OPTIONS:
    case M_TRACE:
        return true;
    default:
        return false;
    }
}

std::string reason_of(Refusal refusal, const std::string &processes) {
    switch (refusal) {
    case Refusal::full:
        return "all processes '" + processes + "' are busy or away, and the queue is full";
    case Refusal::late:
        return "for queue-timeout no process of '" + processes + "' became free";
    case Refusal::no_descriptor:
        return "no process of '" + processes + "' can open another connection: write a larger files=";
    default:
        return "httpd can open no connection to the processes '" + processes +
               "': raise its limit of open files (ulimit -n, LimitNOFILE= of systemd)";
    }
}

} // namespace

Exchange::Exchange(request_rec *r, const Mount &mount, const ProcessesDefinition &definition)
    : r_(r), mount_(mount), definition_(definition), site_{name_of(mount.gateway), mount.application->spec},
      vigil_(r, patience_of(definition)), spool_(r, static_cast<std::size_t>(definition.spool)) {
    if (RunningCalls::is_watched())
        running_.emplace(definition.name, *r);
}

apache::Body &Exchange::body() {
    if (body_ == nullptr)
        body_ = apache::make<apache::Body>(r_->pool, r_);
    return *body_;
}

/// Every request is refused, but at most one entry a second says so.
int Exchange::refuse(Refusal refusal) {
    static std::atomic<apr_time_t> last_entry = 0;
    static std::atomic<unsigned> untold = 0;
    apr_table_setn(r_->err_headers_out, "Retry-After", apr_itoa(r_->pool, definition_.retry_after));
    apr_time_t last = last_entry;
    ++untold;
    if (apr_time_now() - last >= apr_time_from_sec(1) && last_entry.compare_exchange_strong(last, apr_time_now()))
        report(r_, code::no_place, site_,
               "is not called: " + reason_of(refusal, definition_.name) + " (" + std::to_string(untold.exchange(0)) +
                   " refused since the last entry)",
               {});
    return HTTP_SERVICE_UNAVAILABLE;
}

int Exchange::run() {
    const int status = be_answered();
    if (status != SUSPENDED)
        tell_left_out();
    return status;
}

int Exchange::be_answered() {
    if (const int problem = prepare(); problem != OK)
        return problem;
    constexpr int most_tries = 10 + most_processes; // all of them may be full
    for (int left = most_tries; left > 0; --left) {
        Refusal refusal{};
        std::optional<Place> place = admit(definition_, avoided_, refusal);
        if (!place)
            return refuse(refusal);
        if (refuses_old_code(*place))
            return HTTP_INTERNAL_SERVER_ERROR;
        if (const std::optional<int> status = try_one(*place))
            return *status;
        if (running_)
            running_->goes_to(0); // it waits again
        avoided_.ended = place->slot();
    }
    return HTTP_BAD_GATEWAY;
}

/// As in a child (Interpreters): a developer must not take the old code for the edited one.
bool Exchange::refuses_old_code(const Place &place) {
    const std::string problem =
        DirConfig::of(r_->per_dir_config).debug.value ? problem_with_edit(definition_, place.slot()) : "";
    if (!problem.empty())
        set_client_page(r_, site_.phase, site_.callable, problem, {});
    return !problem.empty();
}

/// Returns nothing if the request may be tried once more.
std::optional<int> Exchange::try_one(Place &place) {
    place_ = &place;
    if (running_)
        running_->goes_to(definition_.channels->board->slots[static_cast<std::size_t>(place.slot())].pid);
    connection_ = Connection(patience_of(definition_));
    Step step = connection_.open(*definition_.channels, place.slot(), question()) ? Step::more : Step::lost;
    while (step == Step::more)
        step = spool_.is_empty() ? advance() : relieve();
    place_ = nullptr;
    if (step == Step::over)
        return status_;
    if (is_unwanted())
        return end_unwanted();
    if (connection_.loss() == Connection::Loss::no_descriptor)
        return refuse(Refusal::none_in_httpd);
    if (step == Step::again || may_repeat())
        return std::nullopt;
    return tell_loss();
}

Exchange::Step Exchange::advance() {
    if (least_ > 0)
        return feed();
    vigil_.begin();
    const std::optional<Frame> frame = connection_.receive(watches_client() ? &vigil_ : nullptr);
    return frame ? take(*frame) : Step::lost;
}

/// The client is slower than the process: neither waits for the other before the spool is full.
Exchange::Step Exchange::relieve() {
    bool feeds = least_ > 0 && !spool_.is_full();
    if (!feeds && !spool_.is_full()) {
        if (const std::optional<Frame> frame = connection_.receive_now())
            return take(*frame);
        if (connection_.loss() != Connection::Loss::none) {
            send_rest();
            return Step::lost;
        }
    }
    std::size_t size = 0;
    if (!feeds)
        size = spool_.await(connection_.descriptor());
    else if (body().is_here())
        size = spool_.ready();
    else
        size = spool_.await_client(feeds);
    const Step step = size == 0 ? Step::more : send(spool_.rest().substr(0, size));
    spool_.drop(size);
    return feeds && step == Step::more ? feed() : step;
}

Exchange::Step Exchange::send(std::string_view piece) {
    deliver(piece);
    return go_on();
}

/// What a response can't take any more makes the application stop: it learns of it when it sends more.
Exchange::Step Exchange::go_on() {
    if (wants_more())
        return Step::more;
    connection_ = Connection(std::chrono::seconds(0));
    end();
    return Step::over;
}

void Exchange::send_rest() {
    if (!spool_.is_empty())
        deliver(spool_.rest());
    spool_.drop(spool_.rest().size());
}

Exchange::Step Exchange::take_piece(std::string_view piece) {
    if (!spool_.is_better_kept(piece.size()))
        return send(piece);
    spool_.keep(piece);
    return Step::more;
}

/// A process may have ended in the middle of a request. Such a request is sent once more if that is harmless.
bool Exchange::may_repeat() {
    return connection_.loss() != Connection::Loss::silent && connection_.loss() != Connection::Loss::nonsense &&
           !connection_.has_received() && !was_read_ && is_idempotent(r_) && !std::exchange(was_lost_, true);
}

/// The process learns of it by the end of the connection.
bool Exchange::is_unwanted() const noexcept {
    return connection_.loss() == Connection::Loss::client_gone || connection_.loss() == Connection::Loss::stopping;
}

int Exchange::end_unwanted() {
    const bool has_gone = connection_.loss() == Connection::Loss::client_gone;
    if (has_gone)
        r_->connection->aborted = 1;
    if (is_started() && (has_gone || apache::is_endless(r_))) {
        end();
        return OK;
    }
    note(r_, site_, has_gone ? "finds that the client has gone" : "is told that the server stops");
    abandon();
    return fail(r_, site_, HTTP_SERVICE_UNAVAILABLE);
}

int Exchange::tell_loss() {
    const Connection::Loss loss = connection_.loss();
    const std::string what =
        std::string("in processes '") + definition_.name + "' " +
        (loss == Connection::Loss::silent     ? "was silent for too long"
         : loss == Connection::Loss::nonsense ? "sent what no process sends"
                                              : "lost its process before the answer was complete") +
        ": " + r_->method + " " + r_->uri;
    if (status_ == OK)
        report(r_, code::request_lost, site_, what, {});
    abandon();
    return fail(r_, site_, loss == Connection::Loss::silent ? HTTP_GATEWAY_TIME_OUT : HTTP_BAD_GATEWAY);
}

Exchange::Step Exchange::take(const Frame &frame) {
    switch (frame.type) {
    case FrameType::read:
        return take_read(frame.payload);
    case FrameType::fail:
        return take_failure(frame.payload);
    case FrameType::log:
        take_entry(frame.payload);
        return Step::more;
    case FrameType::metric:
        return count(frame.payload) ? Step::more : nonsense("a wrong metric");
    case FrameType::again:
    case FrameType::full:
        return take_refusal(frame.type);
    default:
        return take_answer(frame);
    }
}

void Exchange::let_process_go() {
    connection_.give_back(*definition_.channels, place_->slot());
    place_->leave();
}

Exchange::Step Exchange::take_refusal(FrameType type) {
    if (was_read_ || is_started())
        return nonsense("a refusal too late");
    if (type == FrameType::full)
        avoided_.full.set(static_cast<std::size_t>(place_->slot()));
    return Step::again;
}

Exchange::Step Exchange::nonsense(const char *what) {
    report(r_, code::request_lost, site_, std::string("got from its process ") + what, {});
    status_ = HTTP_BAD_GATEWAY;
    return Step::lost;
}

/// A process may send them without end.
void Exchange::take_entry(std::string_view payload) {
    const int level = payload.empty() ? -1 : payload[0];
    if (level < APLOG_EMERG || level > APLOG_TRACE8 || !apache::logs(level, r_) || !log_room_.has_room())
        return;
    tell_left_out();
    log_room_.take(apache::log(level, r_, payload.substr(1)));
}

void Exchange::tell_left_out() noexcept {
    if (const unsigned left_out = log_room_.take_left_out(); left_out != 0)
        ap_log_rerror(APLOG_MARK, APLOG_WARNING, 0, r_, "processes '%s': %u entries of this request were left out",
                      definition_.name, left_out);
}

/// Nothing is read from the client before the application reads.
Exchange::Step Exchange::take_read(std::string_view payload) {
    std::uint32_t wanted[2];
    if (payload.size() != sizeof(wanted))
        return nonsense("a wrong request for the body");
    std::memcpy(wanted, payload.data(), sizeof(wanted));
    was_read_ = true;
    least_ = std::max<std::uint32_t>(wanted[0], 1);
    most_ = std::max(wanted[1], least_);
    return Step::more;
}

/// Passes on what comes next of the body.
Exchange::Step Exchange::feed() {
    apache::Body &from = body();
    const apr_status_t status = from.at_hand().empty() && !from.ended() ? from.fetch() : APR_SUCCESS;
    if (status != APR_SUCCESS)
        return break_body(status);
    std::string_view places[Connection::most_pieces];
    const std::span<std::string_view> pieces = from.fetched(places, std::min<std::size_t>(most_, most_of_body));
    if (!connection_.send(FrameType::body, pieces))
        return Step::lost;
    std::size_t size = 0;
    for (const std::string_view piece : pieces)
        size += piece.size();
    from.skip_fetched(size);
    least_ = size == 0 ? 0 : least_ - std::min<std::uint32_t>(least_, size);
    most_ -= size;
    return Step::more;
}

Exchange::Step Exchange::break_body(apr_status_t status) {
    char reason[HUGE_STRING_LEN / 16] = "httpd has answered it already";
    if (status != AP_FILTER_ERROR)
        apr_strerror(status, reason, sizeof(reason));
    const int mapped = ap_map_http_request_error(status, HTTP_BAD_REQUEST);
    const std::string text = std::to_string(ap_is_HTTP_ERROR(mapped) ? mapped : HTTP_BAD_REQUEST) + " " + reason;
    least_ = 0;
    return connection_.send(FrameType::broken, text) ? Step::more : Step::lost;
}

/// Only a regular file is sent: reading another one might wait for ever. It belongs to somebody else, who may shorten
/// it.
std::optional<Exchange::FilePart> Exchange::file_part(std::string_view payload) {
    std::uint64_t part[2];
    Socket descriptor = connection_.take_descriptor();
    struct stat known {};
    const auto refuse = [this](const char *what) {
        nonsense(what);
        return std::nullopt;
    };
    if (++files_ > most_files)
        return refuse("too many files");
    if (payload.size() != sizeof(part) || fstat(descriptor.get(), &known) != 0 || !S_ISREG(known.st_mode))
        return refuse("a wrong file");
    std::memcpy(part, payload.data(), sizeof(part));
    const auto whole = static_cast<std::uint64_t>(known.st_size);
    if (part[0] > whole || part[1] > whole - part[0])
        return refuse("a wrong part of a file");
    apr_file_t *file = nullptr;
    int number = descriptor.release();
    if (apr_os_file_put(&file, &number, APR_FOPEN_READ | APR_FOPEN_SENDFILE_ENABLED, r_->pool) != APR_SUCCESS) {
        close(number);
        return refuse("a file that can't be used");
    }
    apr_pool_cleanup_register(
        r_->pool, file, [](void *one) { return apr_file_close(static_cast<apr_file_t *>(one)); },
        apr_pool_cleanup_null);
    return FilePart{.file = file, .offset = static_cast<apr_off_t>(part[0]), .size = static_cast<apr_off_t>(part[1])};
}

Exchange::Step Exchange::take_failure(std::string_view payload) {
    const auto status = next_string(payload);
    const auto given_code = next_string(payload);
    const auto what = next_string(payload);
    const auto traceback = next_string(payload);
    if (!status || !given_code || !what || !traceback || (!given_code->empty() && !given_code->starts_with("PYHOOK00")))
        return nonsense("a wrong failure");
    if (*given_code == code::too_long) {
        connection_.close();
        place_->leave();
    } else {
        let_process_go();
    }
    if (!given_code->empty())
        report_traceback(r_, std::string(*given_code).c_str(), site_, *what, *traceback);
    send_rest();
    abandon();
    const int given = atoi(std::string(*status).c_str());
    status_ = fail(r_, site_, given >= 400 && given <= 599 ? given : HTTP_INTERNAL_SERVER_ERROR);
    return Step::over;
}

} // namespace pyhook::processes
