// apache/sigterm.h: SIGTERM, the order to end at once, where the MPM's own handler is not enough.
#pragma once

namespace apache {

/// A child of a threaded MPM that leaves gracefully does nothing at the order: from now on `told` is called, in the
/// signal handler.
void on_sigterm(void (*told)() noexcept) noexcept;

/// Prefork's child ends inside the signal handler, whatever it has interrupted. From now on it does not while `busy`
/// says, in the handler, that it can't.
void refuse_sigterm_while(bool (*busy)() noexcept) noexcept;

/// The order once more, if the child was busy.
void repeat_sigterm() noexcept;

} // namespace apache
