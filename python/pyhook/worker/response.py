"""What the responses of applications and of handlers have in common: their one end."""

from __future__ import annotations

from . import frames, metrics

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .clock import Clock


class Response:
    """Goes to httpd over a connection until it has ended, or the request has."""

    def __init__(self, connection: frames.Connection, clock: Clock) -> None:
        self._connection: frames.Connection | None = connection
        self._clock = clock
        self._has_ended = False
        self.is_complete = False

    def fail(self, told: bytes) -> None:
        """Send a failure instead of the rest. Raises `Gone` if the end was sent before."""
        self._end_with(told)

    def _end_with(self, data: bytes) -> None:
        """Send the last frame. No exception may come between it and the end of the request."""
        if self._connection is None or self._has_ended:
            raise frames.Gone
        self._clock.close()
        if self._clock.was_interrupted:
            self._connection.refuse_more()
        self._has_ended = True
        metrics.send(data, self._connection.send)
        self.is_complete = True

    def cut_off(self) -> None:
        """The application or handler may keep what sends: from now on that only raises."""
        self._connection = None
