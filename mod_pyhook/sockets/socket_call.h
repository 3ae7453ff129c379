// sockets/socket_call.h: one call out of a socket that is no phase: a request and some words in, one value out.
#pragma once

#include "config/named.h"
#include "interpreters/interpreters.h"
#include "types/request.h"

namespace pyhook {

/// What a socket is called in `req.phase` and in log entries, and what a log entry says that it expects. Where it
/// decides about the request, a call that fails refuses the content: with the status of an HTTPError, or 500.
struct SocketKind {
    const char *name;
    const char *expected;
    bool decides = false;
};

/// What a callable is given after the request: a text, or what `make` makes of `from` inside the interpreter.
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

/// Where the request's location asks for.
Placement place_of(const request_rec *r) noexcept;

/// Calls the choice with the request and the words, and gives what it returns to `take`, which answers false for what
/// the socket can't use. OK, or a status when there is no answer: the log then says why. Whatever is kept must be
/// copied.
template <class Taker>
int ask_socket(request_rec *r, const SocketKind &kind, const Choice &choice, Words words, Taker take) noexcept {
    return detail::ask_socket(r, kind, choice, words, &take,
                              [](void *taker, py::borrowed result) { return (*static_cast<Taker *>(taker))(result); });
}

/// The same for a socket that can't give a status to anybody: where it decides, the content is refused. False then.
template <class Taker>
bool call_socket(request_rec *r, const SocketKind &kind, const Choice &choice, Words words, Taker take) noexcept {
    const int status = ask_socket(r, kind, choice, words, take);
    if (status != OK && kind.decides)
        detail::refuse(r, status);
    return status == OK;
}

/// A `str` as httpd's string in `pool`; null for anything else. Throws for a NUL inside.
const char *text_of(apr_pool_t *pool, py::borrowed result);

/// The same for what reads well as text: a `str`, a number, True as "true" and False as "false".
const char *readable_text_of(apr_pool_t *pool, py::borrowed result);

} // namespace pyhook
