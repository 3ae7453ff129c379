#include "server/ask.h"

#include "py/poison.h"

namespace pyhook {

namespace {

constinit thread_local const question *innermost = nullptr;

} // namespace

question::question(ServerHook hook, const request_rec *r) noexcept
    : hook_(hook), r_(r), outer_(std::exchange(innermost, this)) {}

question::~question() { innermost = outer_; }

bool question::is_repeated() const noexcept {
    for (const question *other = outer_; other != nullptr; other = other->outer_)
        if (other->hook_ == hook_ && other->r_ == r_)
            return true;
    return false;
}

} // namespace pyhook
