#include "types/serving.h"

#include "py/error.h"

#include <utility>

#include "py/poison.h"

namespace pyhook {

constinit thread_local ThreadWork ThreadWork::of_this_thread{};

namespace {

[[gnu::noinline]] void take_back(ThreadWork &work) noexcept {
    std::exchange(work.borrower, nullptr)->give_back_for_good();
}

/// After lent records have been taken back, because the caller is about to use them.
const ThreadWork &own_work() noexcept {
    ThreadWork &work = ThreadWork::here();
    if (work.borrower != nullptr)
        take_back(work);
    return work;
}

} // namespace

const keeping *keeping::innermost() noexcept { return ThreadWork::here().kept; }

bool keeping::is_needed_by(const keeping *calls, apr_pool_t *pool) noexcept {
    const keeping *call = calls;
    while (call != nullptr && (call->pool_ == nullptr || apr_pool_is_ancestor(pool, call->pool_) == 0))
        call = call->outer_;
    return call != nullptr;
}

bool keeping::is_needed(apr_pool_t *pool) noexcept {
    const ThreadWork &work = ThreadWork::here();
    const keeping *others = work.kept == nullptr ? nullptr : work.kept->outer_;
    return is_needed_by(others, pool) || (work.custody != nullptr && work.custody->needs(pool));
}

void serving::show(State &state) noexcept { running_.emplace(*request_, state, *record_); }

void serving::end() noexcept {
    running_.reset();
    if (!at_end_)
        return;
    const py::error_kept kept;
    py::or_unraisable([this] { py::check(PyObject_CallNoArgs(at_end_.get())); });
}

conn_rec *serving::connection() noexcept {
    const ThreadWork &here = own_work();
    return here.call == nullptr ? nullptr : here.call->connection_;
}

Request *serving::request() noexcept {
    const ThreadWork &here = own_work();
    if (here.call == nullptr || (here.call->connection_ == nullptr && here.custody != nullptr))
        return here.custody == nullptr ? nullptr : here.custody->request();
    return here.call->request_;
}

request_rec *serving::record() noexcept {
    const ThreadWork &here = own_work();
    if (here.call == nullptr || (here.call->connection_ == nullptr && here.custody != nullptr))
        return here.custody == nullptr ? nullptr : here.custody->record();
    return here.call->record_;
}

conn_rec *serving::other_connection_for(const conn_rec *c) noexcept {
    const ThreadWork &here = own_work();
    conn_rec *served = here.call == nullptr ? nullptr : here.call->connection_;
    if (served == c || (served != nullptr && served->master == c))
        return served;
    return here.custody == nullptr ? nullptr : here.custody->connection_for(c);
}

const request_rec *serving::record_on(const conn_rec *c) noexcept {
    const ThreadWork &here = ThreadWork::here();
    for (const serving *call = here.call; call != nullptr; call = call->outer_) // the innermost may be of a connection
        if (call->connection_ == c && call->record_ != nullptr)
            return call->record_;
    return here.custody == nullptr ? nullptr : here.custody->record_on(c);
}

Custody *Custody::here() noexcept { return ThreadWork::here().custody; }
Custody &Custody::here_or_raise(const char *name) {
    if (here() == nullptr)
        py::raise(PyExc_RuntimeError, "a%s() is awaited by the coroutine of a content handler: use %s() here", name,
                  name);
    return *here();
}

void Custody::begin_here() noexcept { ThreadWork::here().custody = this; }
void Custody::end_here() noexcept { ThreadWork::here().custody = nullptr; }

bool serving::when_call_ends(py::borrowed function) noexcept {
    serving *call = ThreadWork::here().call;
    if (call == nullptr)
        return false;
    if (!call->at_end_)
        call->at_end_ = py::ref::share(function);
    return true;
}

uninterrupted::uninterrupted() noexcept : in_(ThreadWork::here().call) {
    for (serving *each = in_; each != nullptr; each = each->outer_)
        if (each->running_)
            each->running_->protect();
}

uninterrupted::~uninterrupted() {
    for (serving *each = in_; each != nullptr; each = each->outer_)
        if (each->running_)
            each->running_->expose();
}

lending::lending(Borrower &to) noexcept { ThreadWork::here().borrower = &to; }

lending::~lending() {
    ThreadWork &work = ThreadWork::here();
    if (work.borrower != nullptr)
        std::exchange(work.borrower, nullptr)->give_back();
}

filtering::filtering(const conn_rec *c, Direction direction) noexcept
    : current_(ThreadWork::here().filtered[static_cast<std::size_t>(direction)]), outer_(std::exchange(current_, c)) {}

filtering::~filtering() { current_ = outer_; }

bool filtering::runs(const conn_rec *c, Direction direction) noexcept {
    return ThreadWork::here().filtered[static_cast<std::size_t>(direction)] == c;
}

} // namespace pyhook
