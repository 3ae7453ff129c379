// apache/mpm.h: asks the MPM about its threads, asks it to recycle the child, and handles SIGTERM, the order to end at
// once, where the MPM's handler is not enough.
#pragma once

#include "apache/httpd.h"

namespace apache {

/// True if several threads of a child serve requests. A prefork child has one thread, and ends inside a signal handler,
/// which waits for nothing.
bool is_threaded() noexcept;

/// Makes this child finish its requests and end, as at MaxConnectionsPerChild. httpd replaces it by a new one. Any
/// thread may call it.
void recycle_child() noexcept;

/// How many threads of this child serve a request, and how many more responses are on their way without a thread.
int busy_threads() noexcept;
int responses_without_threads() noexcept;

/// How many connections the event MPM accepts in a child whose threads are all idle, and what it makes the number from.
struct ConnectionLimit {
    int connections;
    int threads;
    const char *factor; // as the configuration writes it
};
ConnectionLimit connection_limit();

/// True after recycle_child.
bool is_recycled() noexcept;

/// From now on SIGTERM calls `told`, in the signal handler. Without it, a child of a threaded MPM that ends gracefully
/// ignores the order.
void on_sigterm(void (*told)() noexcept) noexcept;

/// From now on the child of prefork does not end on SIGTERM while `busy`, called in the signal handler, returns true.
/// Without it, the child ends inside the handler, even if the signal has interrupted Python.
void refuse_sigterm_while(bool (*busy)() noexcept) noexcept;

/// Repeats the order if it came while the child was busy.
void repeat_sigterm() noexcept;

} // namespace apache
