// sockets/socket_call.h: calls a callable from a socket that is not a phase, with a request and some words, and takes
// one value.
#pragma once

#include "config/named.h"
#include "interpreters/interpreters.h"
#include "types/request.h"

namespace pyhook {

/// What `req.phase` and log entries call a socket, and what a log entry says that the socket expects. If the socket
/// decides about the request, a failed call refuses the content, with the status of an HTTPError or with 500.
struct SocketKind {
    const char *name;
    const char *expected;
    bool decides = false;
};

/// An argument after the request: a text, or the object that `make` makes from `from` inside the interpreter.
struct Word {
    using Make = py::ref(State &, const void *from);

    Word(const char *text) noexcept : from(text) {} // NOLINT(google-explicit-constructor)
    Word(Make *make, const void *from) noexcept : make(make), from(from) {}

    Make *make = [](State &, const void *text) { return py::to_python(static_cast<const char *>(text)); };
    const void *from;
};
using Words = std::initializer_list<Word>;

namespace detail {

using Take = bool(void *taker, py::borrowed result);

int ask_socket(
    request_rec *r, const SocketKind &kind, const Choice &choice, Words words, void *taker, Take *take) noexcept;

void refuse(request_rec *r, int status) noexcept;

} // namespace detail

/// Places a call where the request's location asks for.
Placement place_of(const request_rec *r) noexcept;

/// Calls the choice with the request and the words, and gives the result to `take`, which returns false for a value
/// that the socket can't use. Returns OK, or a status if there is no answer: the log then says why. `take` must copy
/// what it keeps.
template <class Taker>
int ask_socket(request_rec *r, const SocketKind &kind, const Choice &choice, Words words, Taker take) noexcept {
    return detail::ask_socket(r, kind, choice, words, &take,
                              [](void *taker, py::borrowed result) { return (*static_cast<Taker *>(taker))(result); });
}

/// Like ask_socket, for a socket that can't return a status to httpd. If the call fails, it refuses the content where
/// the socket decides, and returns false.
template <class Taker>
bool call_socket(request_rec *r, const SocketKind &kind, const Choice &choice, Words words, Taker take) noexcept {
    const int status = ask_socket(r, kind, choice, words, take);
    if (status != OK && kind.decides)
        detail::refuse(r, status);
    return status == OK;
}

/// A `str` as a C string in `pool`; null for another object. Throws if the string contains NUL.
const char *text_of(apr_pool_t *pool, py::borrowed result);

/// Like text_of, and also accepts a number, True as "true" and False as "false".
const char *readable_text_of(apr_pool_t *pool, py::borrowed result);

} // namespace pyhook
