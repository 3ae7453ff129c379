"""One request on the thread that serves it, from the call of the application or handler to what is left of it."""

from __future__ import annotations

import sys
from contextvars import Context
from threading import get_ident

from . import frames, streams
from .failures import RAISED, failure
from .tracebacks import traceback_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .clock import Clock
    from .response import Response


class Served:
    """A request: the name of what answers it, its line for the log, the call that answers it, the response, the body, and what is called at its end."""

    def __init__(
        self,
        name: str,
        line: str,
        call: Callable[[], None],
        response: Response,
        body: streams.Input,
        closing: list[Callable[[], None]],
    ) -> None:
        self.name = name
        self.line = line
        self.call = call
        self.response = response
        self.body = body
        self.closing = closing


def serve(served: Served, connection: frames.Connection, clock: Clock, free: Callable[[], None]) -> None:
    """Answer a request. Raises `Gone`.

    `free` is called when the connection may serve the next one. That of a request that was interrupted never may.
    """
    thread = get_ident()
    streams.writers[thread] = connection
    try:
        try:
            clock.start(served.line)
            Context().run(served.call)
        finally:
            clock.close()
    except frames.Gone:
        pass
    except BaseException as exception:
        clock.close()  # if the exception came when it began to close
        told = failure(exception, served.name)
        write_rest()
        served.response.fail(told)
    finally:
        streams.writers.pop(thread, None)
        streams.end(connection)
        served.body.end()
        served.response.cut_off()
        if served.response.is_complete and connection.is_between_frames and not clock.was_interrupted:
            free()
        for close in served.closing:
            _close(close)


def write_rest() -> None:
    """What the application has printed without an end of line belongs to this request, too."""
    frames.leave_if_forked()
    streams.flush()


def _close(close: Callable[[], None]) -> None:
    """Call `close`. Its errors are logged, but change nothing for the client."""
    try:
        close()
    except BaseException as exception:
        print(f"{RAISED}: raised in close()\n{traceback_of(exception)}", file=sys.stderr)
