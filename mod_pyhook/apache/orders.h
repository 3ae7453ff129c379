// apache/orders.h: the order to end at once, where it comes to a child as a signal and the MPM's handler is not enough.
#pragma once

namespace apache {

/// A child of a threaded MPM that leaves gracefully does nothing at the order: from now on `told` is called, in the
/// signal handler.
void when_hurried(void (*told)() noexcept) noexcept;

/// Prefork's child ends inside the signal handler, whatever it has interrupted. From now on it does not while `busy`
/// says, in the handler, that it can't.
void end_unless(bool (*busy)() noexcept) noexcept;

/// The order once more, if the child was busy.
void end_again() noexcept;

} // namespace apache
