#include "call/transmission.h"

#include "py/attach.h"
#include "py/thread.h"

#include "apache/framing.h"
#include "apache/mpm.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "py/poison.h"

namespace pyhook {

namespace {

/// A piece waits no longer than this; one that took longer to make is not followed by others at once.
constexpr std::chrono::milliseconds patience{1};

/// Larger pieces are not copied.
constexpr std::size_t most_copied = APR_BUCKET_BUFF_SIZE;

/// More than this does not wait.
constexpr std::size_t most_waiting = 64 * 1024;

/// How many times in a row there is nothing to see before the watch sleeps.
constexpr int idle_rounds = 1000;

} // namespace

/// One thread of the child's looks every millisecond for what has waited too long. A client may be slow, so each is
/// then sent by a thread of its own.
class Transmission::Watch {
public:
    static Watch &here() {
        static auto *const only = new Watch(); // its thread may look at it while the process exits
        return *only;
    }

    void add(Transmission &transmission);
    void remove(const Transmission &transmission) noexcept;

private:
    static void *run(void *self) noexcept;
    static void *send(void *transmission) noexcept;
    Transmission *take_overdue() noexcept;

    std::mutex mutex_;
    std::condition_variable more_;
    std::vector<Transmission *> waiting_;
    bool runs_ = false;
    bool sleeps_ = false;
};

void Transmission::Watch::add(Transmission &transmission) {
    const std::lock_guard lock(mutex_);
    if (!runs_)
        py::start_thread("pyhook watch", &run, this);
    runs_ = true;
    waiting_.push_back(&transmission);
    if (sleeps_)
        more_.notify_one();
}

void Transmission::Watch::remove(const Transmission &transmission) noexcept {
    const std::lock_guard lock(mutex_);
    std::erase(waiting_, &transmission);
}

/// The first whose application is still busy. The caller may use its records.
Transmission *Transmission::Watch::take_overdue() noexcept {
    const std::lock_guard lock(mutex_);
    const auto now = Clock::now();
    const auto found = std::find_if(waiting_.begin(), waiting_.end(), [now](Transmission *each) {
        return now - each->since_ >= patience && each->free_.try_acquire();
    });
    if (found == waiting_.end())
        return nullptr;
    Transmission *taken = *found;
    waiting_.erase(found);
    return taken;
}

void *Transmission::Watch::send(void *transmission) noexcept {
    auto *taken = static_cast<Transmission *>(transmission);
    taken->pass(apache::Then::flush);
    taken->free_.release();
    return nullptr;
}

void *Transmission::Watch::run(void *self) noexcept {
    auto &watch = *static_cast<Watch *>(self);
    for (int idle = 0;; ++idle) {
        {
            std::unique_lock lock(watch.mutex_);
            if (!watch.waiting_.empty())
                idle = 0;
            watch.sleeps_ = idle >= idle_rounds;
            watch.more_.wait(lock, [&] { return !watch.sleeps_ || !watch.waiting_.empty(); });
            watch.sleeps_ = false;
        }
        std::this_thread::sleep_for(patience);
        while (Transmission *overdue = watch.take_overdue()) {
            try {
                py::start_thread("pyhook send", &send, overdue);
            } catch (const std::exception &) {
                send(overdue);
            }
        }
    }
}

bool Transmission::may_wait(std::string_view piece, Clock::time_point now) const noexcept {
    return apache::is_threaded() && piece.size() <= most_copied && now - begun_ < patience;
}

void Transmission::add(std::string_view piece) {
    const auto now = Clock::now();
    if (!may_wait(piece, now))
        return send(piece);
    apr_brigade_write(brigade_.get(), nullptr, nullptr, piece.data(), piece.size());
    size_ += piece.size();
    if (waits_ && (size_ >= most_waiting || now - since_ >= patience))
        return pass(apache::Then::flush);
    if (waits_)
        return;
    since_ = now;
    try {
        Watch::here().add(*this);
        waits_ = true;
    } catch (const std::exception &) { // no thread or no memory to watch with
        pass(apache::Then::flush);
    }
}

void Transmission::send(std::string_view piece) noexcept {
    append(apr_bucket_transient_create(piece.data(), piece.size(), r_->connection->bucket_alloc));
    pass(apache::Then::flush);
}

void Transmission::send_all(std::string_view body) noexcept {
    apr_bucket_alloc_t *alloc = r_->connection->bucket_alloc;
    if (body.size() <= rather_copied) {
        if (!body.empty())
            append(apr_bucket_heap_create(body.data(), body.size(), nullptr, alloc));
        return complete();
    }
    append(apr_bucket_transient_create(body.data(), body.size(), alloc));
    pass(apache::Then::end);
}

void Transmission::append_file(apr_file_t *file, apr_off_t offset, apr_off_t size, apache::Mapping mapping) {
    apache::append_file(r_, brigade_.get(), file, offset, size, mapping);
}

void Transmission::stop_waiting() noexcept {
    if (std::exchange(waits_, false))
        Watch::here().remove(*this);
    size_ = 0;
}

void Transmission::pass(apache::Then then) noexcept {
    stop_waiting();
    const py::detached here;
    if (apache::is_complete(r_)) // by an internal redirect, or by httpd for a body that it refuses
        return brigade_.clear();
    apr_bucket_alloc_t *alloc = r_->connection->bucket_alloc;
    if (then == apache::Then::flush)
        append(apr_bucket_flush_create(alloc));
    if (then == apache::Then::end)
        append(apr_bucket_eos_create(alloc));
    if (apache::has_no_body(r_)) // which is told from a response that has not begun by nothing else
        apache::keep_framing(r_);
    pass_to(r_->output_filters);
    whole_ = then == apache::Then::end && status_ == APR_SUCCESS;
    if (whole_)
        apache::note_whole(r_);
}

void Transmission::pass_to(ap_filter_t *next) noexcept { status_ = brigade_.pass(next); }

/// The end of an HTTP/2 stream goes out by itself, and a flush that comes after the client has closed it would fail.
void Transmission::flush() noexcept {
    if (r_->connection->master != nullptr)
        return;
    const py::detached here;
    append(apr_bucket_flush_create(r_->connection->bucket_alloc));
    pass_to(r_->connection->output_filters);
}

void Transmission::pass_waiting() noexcept {
    if (waits_)
        pass(apache::Then::flush);
}

void Transmission::abandon() noexcept {
    if (apache::has_begun(r_))
        return pass_waiting();
    stop_waiting();
    brigade_.clear();
}

void Transmission::give_back() noexcept {
    if (py::forked() || free_.try_acquire())
        return;
    const py::detached here;
    free_.acquire();
}

void Transmission::give_back_for_good() noexcept {
    give_back();
    if (!py::forked())
        pass_waiting();
}

} // namespace pyhook
