// apache/sigterm.h: handles SIGTERM, the order to end at once, where the MPM's handler is not enough.
#pragma once

namespace apache {

/// From now on SIGTERM calls `told`, in the signal handler. Without it, a child of a threaded MPM that ends gracefully
/// ignores the order.
void on_sigterm(void (*told)() noexcept) noexcept;

/// From now on the child of prefork does not end on SIGTERM while `busy`, called in the signal handler, returns true.
/// Without it, the child ends inside the handler, even if the signal has interrupted Python.
void refuse_sigterm_while(bool (*busy)() noexcept) noexcept;

/// Repeats the order if it came while the child was busy.
void repeat_sigterm() noexcept;

} // namespace apache
