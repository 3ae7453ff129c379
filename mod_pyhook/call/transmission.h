// call/transmission.h: a body that Python gives piece by piece, on its way to the client.
#pragma once

#include "apache/response.h"

#include "types/serving.h"

#include <chrono>
#include <semaphore>
#include <string_view>

namespace pyhook {

/// Lives in the handler's frame. Pieces that follow each other quickly go out together. PEP 3333 wants transmission to
/// go on while the application makes its next piece: should it take its time, another thread sends what waits.
class Transmission final : Borrower {
public:
    /// As much is rather copied than kept: to give an object back to Python afterwards takes another attachment.
    static constexpr std::size_t rather_copied = 64 * 1024;

    explicit Transmission(request_rec *r) noexcept : r_(r), brigade_(r) {}
    Transmission(const Transmission &) = delete;
    Transmission &operator=(const Transmission &) = delete;
    ~Transmission() {
        if (waits_)
            stop_waiting();
    }

    /// Runs Python code that makes the next piece.
    template <class Make> auto while_making(Make make);

    /// A piece that may wait for others, a millisecond at most.
    void add(std::string_view piece);

    /// A piece that is on its way before this returns, after those that wait.
    void send(std::string_view piece) noexcept;

    /// A whole body. One that is small waits for `finish`.
    void send_all(std::string_view body) noexcept;

    /// To go with what is passed next.
    void append(apr_bucket *bucket) noexcept { brigade_.append(bucket); }
    void append_file(apr_file_t *file, apr_off_t offset, apr_off_t size, apache::Mapping mapping);

    /// Everything so far goes down the filters, while other threads may run Python.
    void pass(apache::Then then) noexcept;

    /// There is nothing to come: `finish`, which needs no Python, ends the response.
    void complete() noexcept { complete_ = true; }
    void finish() noexcept {
        if (complete_)
            pass(apache::Then::end);
    }

    /// Before something else goes there, or nothing more.
    void pass_waiting() noexcept;

    /// The response has failed: what waits goes out, unless nothing has yet, so that an error page can take its place.
    void abandon() noexcept;

    /// What httpd holds back of a response that has ended goes out now.
    void flush() noexcept;

    /// To mod_http2 a client that closes a stream at its end has gone, where the handler has not returned by then.
    bool client_has_gone() const noexcept {
        const bool is_stream = r_->connection->master != nullptr;
        return !(whole_ && is_stream) && (status_ != APR_SUCCESS || r_->connection->aborted != 0);
    }

private:
    using Clock = std::chrono::steady_clock;

    class Watch;
    class lent;

    void give_back() noexcept override;
    void give_back_for_good() noexcept override;
    bool may_wait(std::string_view piece, Clock::time_point now) const noexcept;
    void stop_waiting() noexcept;
    void pass_to(ap_filter_t *next) noexcept;

    request_rec *r_;
    apache::Brigade brigade_;
    apr_status_t status_ = APR_SUCCESS;
    Clock::time_point begun_; // when Python was asked for the piece
    Clock::time_point since_; // when the first of those that wait was given
    std::size_t size_ = 0;    // of those that wait
    bool waits_ = false;      // does any?
    bool complete_ = false;
    bool whole_ = false;            // has the end gone out?
    std::binary_semaphore free_{0}; // who takes it may use the records until giving it back
};

/// Lets others use the records meanwhile.
class Transmission::lent {
public:
    explicit lent(Transmission &of) noexcept : lending_(of) { of.free_.release(); }
    lent(const lent &) = delete;
    lent &operator=(const lent &) = delete;
    ~lent() = default;

private:
    lending lending_;
};

template <class Make> auto Transmission::while_making(Make make) {
    begun_ = Clock::now();
    if (!waits_)
        return make();
    const lent here(*this);
    return make();
}

} // namespace pyhook
