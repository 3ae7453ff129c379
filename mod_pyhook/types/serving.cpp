#include "types/serving.h"

#include "py/error.h"

#include <utility>

#include "py/poison.h"

namespace pyhook {

namespace {

constinit thread_local serving *innermost = nullptr;
constinit thread_local conn_rec *served_connection = nullptr;
constinit thread_local Request *served_request = nullptr;
constinit thread_local request_rec *served_record = nullptr;
constinit thread_local Borrower *borrower = nullptr;
constinit thread_local Custody *custody = nullptr;
constinit thread_local const conn_rec *filtered[2] = {};
constinit thread_local const keeping *innermost_kept = nullptr;

void end_lending() noexcept {
    if (borrower != nullptr)
        std::exchange(borrower, nullptr)->give_back_for_good();
}

} // namespace

keeping::keeping(apr_pool_t *pool) noexcept : pool_(pool), outer_(std::exchange(innermost_kept, this)) {}

keeping::~keeping() { innermost_kept = outer_; }

const keeping *keeping::innermost() noexcept { return innermost_kept; }

bool keeping::is_needed_by(const keeping *calls, apr_pool_t *pool) noexcept {
    const keeping *call = calls;
    while (call != nullptr && (call->pool_ == nullptr || apr_pool_is_ancestor(pool, call->pool_) == 0))
        call = call->outer_;
    return call != nullptr;
}

bool keeping::is_needed(apr_pool_t *pool) noexcept {
    const keeping *others = innermost_kept == nullptr ? nullptr : innermost_kept->outer_;
    return is_needed_by(others, pool) || (custody != nullptr && custody->needs(pool));
}

serving::serving(conn_rec *c, Request *request, State *state, request_rec *r) noexcept
    : kept_(r == nullptr ? nullptr : r->pool), outer_(std::exchange(innermost, this)),
      outer_connection_(std::exchange(served_connection, c)), outer_request_(std::exchange(served_request, request)),
      outer_record_(std::exchange(served_record, r)) {
    if (r != nullptr && RunningCalls::is_watched())
        running_.emplace(*request, *state, *r);
}

serving::~serving() {
    running_.reset();
    if (at_end_) {
        const py::error_kept kept;
        py::or_unraisable([this] { py::check(PyObject_CallNoArgs(at_end_.get())); });
    }
    innermost = outer_;
    served_connection = outer_connection_;
    served_request = outer_request_;
    served_record = outer_record_;
}

conn_rec *serving::connection() noexcept {
    end_lending();
    return served_connection;
}

Request *serving::request() noexcept {
    end_lending();
    return served_connection != nullptr || custody == nullptr ? served_request : custody->request();
}

request_rec *serving::record() noexcept {
    end_lending();
    return served_connection != nullptr || custody == nullptr ? served_record : custody->record();
}

conn_rec *serving::connection_for(const conn_rec *c) noexcept {
    conn_rec *served = connection();
    if (served == c || (served != nullptr && served->master == c))
        return served;
    return custody == nullptr ? nullptr : custody->connection_for(c);
}

Custody *Custody::here() noexcept { return custody; }
Custody &Custody::here_or_raise(const char *name) {
    if (here() == nullptr)
        py::raise(PyExc_RuntimeError, "a%s() is awaited by the coroutine of a content handler: use %s() here", name,
                  name);
    return *here();
}

void Custody::begin_here() noexcept { custody = this; }
void Custody::end_here() noexcept { custody = nullptr; }

bool serving::when_call_ends(py::borrowed function) noexcept {
    if (innermost == nullptr)
        return false;
    if (!innermost->at_end_)
        innermost->at_end_ = py::ref::share(function);
    return true;
}

uninterrupted::uninterrupted() noexcept : in_(innermost) {
    for (serving *each = in_; each != nullptr; each = each->outer_)
        if (each->running_)
            each->running_->protect();
}

uninterrupted::~uninterrupted() {
    for (serving *each = in_; each != nullptr; each = each->outer_)
        if (each->running_)
            each->running_->expose();
}

lending::lending(Borrower &to) noexcept { borrower = &to; }

lending::~lending() {
    if (borrower != nullptr)
        std::exchange(borrower, nullptr)->give_back();
}

filtering::filtering(const conn_rec *c, Direction direction) noexcept
    : current_(filtered[static_cast<std::size_t>(direction)]), outer_(std::exchange(current_, c)) {}

filtering::~filtering() { current_ = outer_; }

bool filtering::runs(const conn_rec *c, Direction direction) noexcept {
    return filtered[static_cast<std::size_t>(direction)] == c;
}

} // namespace pyhook
