"""Filters: what a handler reads is the chunk that mod_pyhook gives to a generator, what it writes is yielded."""

from __future__ import annotations

from .asking import ask
from .requests import mp_request, request_of
from .running import Run, object_of, show_as_running
from .settings import Handler, settings_from

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator

    from _pyhook import Filter

    Stream = Generator[bytes | None, bytes | None, None]


class mp_filter:  # noqa: N801
    """A filter for one chunk: `ap_filter_t`. The chunk None is the end of the stream."""

    def __init__(self, filter: Filter, req: mp_request, handler: Handler, chunk: bytes | None) -> None:
        self.req = req
        self.name = filter.name
        self.is_input = int(filter.is_input)
        self.handler = handler.handler
        self.dir = handler.directory
        self.closed = 0
        self.softspace = 0
        self.disabled = False
        self._left = chunk or b""
        self._is_end = chunk is None
        self._written: list[bytes] = []

    def read(self, length: int = -1) -> bytes | None:
        """Read what is there, or `length` bytes of it; b'' when there is no more yet, None at the end."""
        self._demand_open()
        if not self._left and self._is_end:
            return None
        at = len(self._left) if length < 0 else length
        piece, self._left = self._left[:at], self._left[at:]
        return piece

    def readline(self, length: int = -1) -> bytes | None:
        """Read a line of what is there, or `length` bytes of it."""
        self._demand_open()
        end = self._left.find(b"\n") + 1 or len(self._left)
        return self.read(end if length < 0 else min(end, length))

    def write(self, data: str | bytes) -> None:
        """Write to the next filter, a str as UTF-8."""
        self._demand_open()
        self._written.append(data.encode("utf-8", "surrogateescape") if isinstance(data, str) else bytes(data))

    def flush(self) -> None:
        """Do nothing: what is written goes on when the handler returns."""

    def close(self) -> None:
        """End the stream."""
        self.closed = 1

    def pass_on(self) -> None:
        """Write all that is left as it is."""
        while piece := self.read():
            self.write(piece)

    def disable(self) -> None:
        """Let everything pass from now on."""
        self.disabled = True

    def _demand_open(self) -> None:
        if self.closed:
            raise OSError("the filter is closed")

    def written(self) -> bytes:
        """Give what was written."""
        return b"".join(self._written)


mp_filter.__module__ = "builtins"


def handler_of(filter: Filter, req: mp_request) -> Handler | None:
    """Find the handler that a directive or the request names for the filter."""
    is_input = filter.is_input
    if filter.name.startswith("mod_python.dynamic."):
        known: list[Handler] = req._own("_dynamic_input" if is_input else "_dynamic_output", list)
        return known[int(filter.name.rpartition(".")[2]) - 1]
    settings = settings_from(ask("mod_python.settings", req.pyhook) or "")
    return settings.filters.get((is_input, filter.name.lower()))


def run(filter: Filter) -> Stream:
    """Call the handler once for each chunk, and once at the end."""
    req = request_of(filter.request)
    handler = handler_of(filter, req)
    if handler is None:
        raise LookupError(f"no PythonInputFilter or PythonOutputFilter of this location is named {filter.name}")
    settings = settings_from(ask("mod_python.settings", req.pyhook) or "")
    phase = "PythonInputFilter" if filter.is_input else "PythonOutputFilter"
    server_name = filter.request.server.hostname
    output: bytes | None = b""
    while True:
        chunk = yield output
        shown = mp_filter(filter, req, handler, chunk)
        call(Run(phase, [handler], settings, req, server_name), handler, shown)
        output = shown.written() + (shown._left if shown.disabled else b"")
        if shown.closed:
            filter.end()
        if chunk is None or shown.disabled:
            break
    while chunk is not None:
        chunk = output = yield output
    yield output


def call(run: Run, handler: Handler, shown: mp_filter) -> None:
    """Call the handler."""
    outer = show_as_running(run)
    outer_of_request = run.req._now if run.req else None
    if run.req:
        run.req._now = run
    try:
        object_of(run, handler, shown)(shown)
    finally:
        show_as_running(outer)
        if run.req:
            run.req._now = outer_of_request


def output(filter: Filter) -> Stream:
    """Filter a response."""
    yield from run(filter)


def input(filter: Filter) -> Stream:
    """Filter a request body."""
    yield from run(filter)
