// call/overdue.h: the entries about a request that runs in Python for too long.
#pragma once

#include "call/entry.h"
#include "types/elsewhere.h"
#include "types/request.h"

#include <string>
#include <vector>

namespace pyhook {

/// What the log says of a call, copied while the call runs.
struct Description {
    explicit Description(const RunningCall &call);
    explicit Description(const RunningElsewhere &request);

    /// Of a request whose records this thread may use.
    Description(const Request &request, std::chrono::steady_clock::duration ran);

    server_rec *server;
    std::string phase, method, uri, client, interpreter;
    double ran; // seconds in Python
    double age; // seconds since the request was received

    /// "handler GET /shop", and what comes in parentheses after it.
    std::string what() const { return phase + " " + method + " " + uri; }
    std::string whose() const;

    static std::string seconds(double count);

private:
    Description(const RunningCall::Facts &facts, std::chrono::steady_clock::duration ran);
};

enum class Overdue : char { slow, interrupted, given_up };

/// Writes the entry. `stack` has the lines of the Python stack.
void report_overdue(Overdue how, const Description &call, const std::vector<std::string> &stack);

} // namespace pyhook
