#include "processes/exchange.h"

#include "apache/body.h"
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
    default:
        return "no process of '" + processes + "' can open another connection: write a larger files=";
    }
}

} // namespace

Exchange::Exchange(request_rec *r, const Mount &mount, const ProcessesDefinition &definition, Scope scope)
    : r_(r), mount_(mount), definition_(definition), site_{name_of(mount.gateway), mount.application->spec},
      response_(r), scope_(scope), vigil_(r, patience_of(definition)),
      spool_(r, static_cast<std::size_t>(definition.spool)) {
    if (RunningCalls::is_watched())
        running_.emplace(definition.name, *r);
}

apache::Body &Exchange::body() {
    if (body_ == nullptr)
        body_ = apache::make<apache::Body>(r_->pool, r_);
    return *body_;
}

/// Receives a body whose length nobody can tell, as for an application in the child.
int Exchange::receive_body() {
    if (is_asgi())
        return apache::has_unknown_coding(r_) ? HTTP_NOT_IMPLEMENTED : OK;
    apr_off_t most = 0;
    if (const int problem = gateway::plan_body(r_, length_, most); problem != OK || most == 0)
        return problem;
    apr_off_t received = 0;
    if (const apr_status_t status = body().receive_all(most, received); status != APR_SUCCESS)
        return ap_map_http_request_error(status, HTTP_BAD_REQUEST);
    length_.received = received;
    return OK;
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
    if (const int problem = receive_body(); problem != OK)
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
    const std::string request = is_asgi() ? scope_frame(r_, mount_, scope_) : request_frame(r_, mount_, length_);
    Step step = connection_.open(*definition_.channels, place.slot(), request) ? Step::more : Step::lost;
    while (step == Step::more)
        step = spool_.is_empty() ? advance() : relieve();
    place_ = nullptr;
    if (step == Step::over)
        return status_;
    if (is_unwanted())
        return end_unwanted();
    if (step == Step::again || may_repeat())
        return std::nullopt;
    return tell_loss();
}

Exchange::Step Exchange::advance() {
    vigil_.begin();
    const std::optional<Frame> frame = connection_.receive(is_asgi() ? &vigil_ : nullptr);
    return frame ? take(*frame) : Step::lost;
}

/// The client is slower than the process: neither waits for the other before the spool is full.
Exchange::Step Exchange::relieve() {
    if (!spool_.is_full()) {
        if (const std::optional<Frame> frame = connection_.receive_now())
            return take(*frame);
        if (connection_.loss() != Connection::Loss::none) {
            send_rest();
            return Step::lost;
        }
    }
    const std::size_t size = spool_.await(connection_.descriptor());
    const Step step = size == 0 ? Step::more : send(spool_.rest().substr(0, size));
    spool_.drop(size);
    return step;
}

/// What a response can't take any more makes the application stop: it learns of it when it sends more.
Exchange::Step Exchange::send(std::string_view piece) {
    response_.send(piece);
    if (is_asgi() ? !response_.client_has_gone() : response_.wants_more())
        return Step::more;
    connection_ = Connection(std::chrono::seconds(0));
    end();
    return Step::over;
}

void Exchange::send_rest() {
    if (!spool_.is_empty())
        response_.send(spool_.rest());
    spool_.drop(spool_.rest().size());
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
    if (response_.is_started() && (has_gone || apache::is_endless(r_))) {
        end();
        return OK;
    }
    note(r_, site_, has_gone ? "finds that the client has gone" : "is told that the server stops");
    response_.abandon();
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
    response_.abandon();
    return fail(r_, site_, loss == Connection::Loss::silent ? HTTP_GATEWAY_TIME_OUT : HTTP_BAD_GATEWAY);
}

Exchange::Step Exchange::take(const Frame &frame) {
    switch (frame.type) {
    case FrameType::read:
        return answer_read(frame.payload);
    case FrameType::head:
        return take_head(frame.payload);
    case FrameType::data:
        return take_data(frame.payload);
    case FrameType::file:
        return take_file(frame.payload);
    case FrameType::fail:
        return take_failure(frame.payload);
    case FrameType::log:
        if (!frame.payload.empty() && frame.payload[0] >= APLOG_EMERG && frame.payload[0] <= APLOG_TRACE8)
            apache::log(frame.payload[0], r_, frame.payload.substr(1));
        return Step::more;
    case FrameType::metric:
        return count(frame.payload) ? Step::more : nonsense("a wrong metric");
    case FrameType::end:
        if (!response_.is_started())
            return nonsense("an end without a head");
        connection_.give_back(*definition_.channels, place_->slot());
        place_->leave();
        send_rest();
        end();
        return Step::over;
    case FrameType::again:
    case FrameType::full:
        return take_refusal(frame.type);
    default:
        return take_other(frame);
    }
}

Exchange::Step Exchange::take_refusal(FrameType type) {
    if (was_read_ || response_.is_started())
        return nonsense("a refusal too late");
    if (type == FrameType::full)
        avoided_.full.set(static_cast<std::size_t>(place_->slot()));
    return Step::again;
}

Exchange::Step Exchange::take_other(const Frame &) { return nonsense("a frame of no type"); }

Exchange::Step Exchange::nonsense(const char *what) {
    report(r_, code::request_lost, site_, std::string("got from its process ") + what, {});
    status_ = HTTP_BAD_GATEWAY;
    return Step::lost;
}

/// Nothing is read from the client before the application reads.
Exchange::Step Exchange::answer_read(std::string_view payload) {
    std::uint32_t wanted = 0;
    if (payload.size() != sizeof(wanted))
        return nonsense("a wrong request for the body");
    std::memcpy(&wanted, payload.data(), sizeof(wanted));
    was_read_ = true;
    apache::Body &from = body();
    const apr_status_t status = from.at_hand().empty() && !from.ended() ? from.fetch() : APR_SUCCESS;
    if (status != APR_SUCCESS) {
        char reason[HUGE_STRING_LEN / 16] = "httpd has answered it already";
        if (status != AP_FILTER_ERROR)
            apr_strerror(status, reason, sizeof(reason));
        const int mapped = ap_map_http_request_error(status, HTTP_BAD_REQUEST);
        const std::string text = std::to_string(ap_is_HTTP_ERROR(mapped) ? mapped : HTTP_BAD_REQUEST) + " " + reason;
        return connection_.send(FrameType::broken, text) ? Step::more : Step::lost;
    }
    const std::string_view piece = from.at_hand().substr(0, std::min<std::size_t>(wanted, most_of_body));
    if (!connection_.send(FrameType::body, piece))
        return Step::lost;
    from.skip(piece.size());
    return Step::more;
}

/// The process has checked the head, but who has broken into it may send anything.
Exchange::Step Exchange::take_head(std::string_view payload) {
    const auto status = next_string(payload);
    return status ? start(*status, payload) : nonsense("a wrong head");
}

Exchange::Step Exchange::start(std::string_view status, std::string_view headers) {
    if (response_.is_started())
        return nonsense("a second head");
    try {
        gateway::Head head(r_, status, 8);
        while (const auto name = next_string(headers)) {
            const auto value = next_string(headers);
            if (!value)
                return nonsense("a wrong head");
            head.add(*name, *value);
        }
        response_.start(head);
    } catch (const std::invalid_argument &wrong) {
        return nonsense(wrong.what());
    }
    return Step::more;
}

Exchange::Step Exchange::take_data(std::string_view payload) {
    if (!response_.is_started())
        return nonsense("a body without a head");
    if (connection_.is_followed_by(FrameType::end)) {
        connection_.receive();
        connection_.give_back(*definition_.channels, place_->slot());
        place_->leave();
        send_rest();
        response_.send_last(payload);
        end();
        return Step::over;
    }
    if (!spool_.is_better_kept(payload.size()))
        return send(payload);
    spool_.keep(payload);
    return Step::more;
}

/// Only a regular file is sent: reading another one might wait for ever. It belongs to somebody else, who may shorten
/// it.
Exchange::Step Exchange::take_file(std::string_view payload) {
    std::uint64_t part[2];
    Socket descriptor = connection_.take_descriptor();
    struct stat known {};
    if (!response_.is_started() || payload.size() != sizeof(part) || fstat(descriptor.get(), &known) != 0 ||
        !S_ISREG(known.st_mode))
        return nonsense("a wrong file");
    std::memcpy(part, payload.data(), sizeof(part));
    const auto whole = static_cast<std::uint64_t>(known.st_size);
    if (part[0] > whole || part[1] > whole - part[0])
        return nonsense("a wrong part of a file");
    apr_file_t *file = nullptr;
    int number = descriptor.release();
    if (apr_os_file_put(&file, &number, APR_FOPEN_READ | APR_FOPEN_SENDFILE_ENABLED, r_->pool) != APR_SUCCESS) {
        close(number);
        return nonsense("a file that can't be used");
    }
    apr_pool_cleanup_register(
        r_->pool, file, [](void *one) { return apr_file_close(static_cast<apr_file_t *>(one)); },
        apr_pool_cleanup_null);
    send_rest();
    response_.send_file(file, static_cast<apr_off_t>(part[0]), static_cast<apr_off_t>(part[1]), apache::Mapping::never);
    return Step::more;
}

Exchange::Step Exchange::take_failure(std::string_view payload) {
    const auto status = next_string(payload);
    const auto given_code = next_string(payload);
    const auto what = next_string(payload);
    const auto traceback = next_string(payload);
    if (!status || !given_code || !what || !traceback || (!given_code->empty() && !given_code->starts_with("PYHOOK00")))
        return nonsense("a wrong failure");
    if (*given_code == code::too_long)
        connection_.close();
    else
        connection_.give_back(*definition_.channels, place_->slot());
    place_->leave();
    if (!given_code->empty())
        report_traceback(r_, std::string(*given_code).c_str(), site_, *what, *traceback);
    send_rest();
    response_.abandon();
    const int given = atoi(std::string(*status).c_str());
    status_ = fail(r_, site_, given >= 400 && given <= 599 ? given : HTTP_INTERNAL_SERVER_ERROR);
    return Step::over;
}

void Exchange::end() {
    response_.finish();
    tell_ending();
}

void Exchange::tell_ending() {
    if (response_.client_has_gone())
        note(r_, site_, "finds that the client has gone");
    else if (response_.was_replaced())
        note(r_, site_, "gave a response that is dropped: httpd has answered");
    else if (response_.was_cut())
        report(r_, code::wrong_length, site_, "gave more than its Content-Length: the rest is not sent", {});
    else if (response_.is_short())
        report(r_, code::wrong_length, site_, "gave less than its Content-Length: the response is broken off", {});
}

} // namespace pyhook::processes
