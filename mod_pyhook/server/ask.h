// server/ask.h: asks the callables of a server, one after the other, until one has an answer.
#pragma once

#include "config/config.h"
#include "sockets/socket_call.h"

namespace pyhook {

enum class Asked { nothing, answered, failed };

/// One question about one request, on this thread. A callable may do something that makes httpd ask the same question
/// again; then httpd has to find that answer itself.
class question {
public:
    question(ServerHook hook, const request_rec *r) noexcept;
    question(const question &) = delete;
    question &operator=(const question &) = delete;
    ~question();

    bool is_repeated() const noexcept;

private:
    ServerHook hook_;
    const request_rec *r_;
    const question *outer_;
};

/// Calls `f(req, *words)` for each callable of the request's server until one returns something else than None. `take`
/// gets that result, and returns false for a value that the hook can't use. A failure is logged and ends the search.
template <class Taker>
Asked ask(ServerHook hook, const SocketKind &kind, request_rec *r, Words words, Taker take) noexcept {
    const Callables &callables = ServerConfig::of(r->server).callables(hook);
    const question asked(hook, r);
    if (callables.empty() || asked.is_repeated())
        return Asked::nothing;
    for (int at = 0; at < callables.size(); ++at) {
        bool is_none = false;
        const Choice choice{.preferred = callables[at].target, .otherwise = nullptr};
        if (!call_socket(r, kind, choice, words, [&](py::borrowed result) {
                is_none = result == Py_None;
                return is_none || take(result);
            }))
            return Asked::failed;
        if (!is_none)
            return Asked::answered;
    }
    return Asked::nothing;
}

} // namespace pyhook
