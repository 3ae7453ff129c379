"""The streams of a request: `wsgi.input` and `wsgi.errors`."""

from __future__ import annotations

import io
import os
import re
import sys
import time
from _thread import get_ident
from typing import TextIO, cast

from ..records.names import levels
from . import frames

TYPE_CHECKING = False
if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterator
    from contextvars import ContextVar

    from .clock import Clock
    from .exchange import Exchange

_ERR, _NOTICE = 3, 5  # httpd's levels
_SOME = 256 * 1024  # bytes of a body that are taken at once, for an application that reads fewer
_MUCH = 128 * 1024  # so many are received where they stay
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")

writers: dict[int, frames.Connection] = {}
"""The connection whose request a thread serves, by the thread's identifier: its log entries name that request."""


on_loop: dict[int, ContextVar[Exchange | None]] = {}
"""For the thread of the event loop: whose request the running task answers."""


most: str = levels[-1]
"""The level up to which some `LogLevel` of httpd wants entries."""


def log(level: int, text: str) -> None:
    """Write an entry: that of the request that the running code serves, if it serves one."""
    writer = _writer()
    if writer is None:
        _logs[0].write_outside(level, text)
    else:
        writer.send(log_frame(level, text))


def log_frame(level: int, text: str) -> bytes:
    """Return the frame of an entry for httpd's log."""
    return frames.pack(frames.LOG, bytes([level]) + text.encode("utf-8", "backslashreplace")[: frames.MOST - 1])


def _writer() -> frames.Connection | Exchange | None:
    """Return where the entries of the running code go: to its request, or None."""
    if frames.is_forked():
        return None
    thread = get_ident()
    if thread not in on_loop:
        return writers.get(thread)
    exchange = on_loop[thread].get()
    return exchange if exchange is not None and exchange.is_open else None


def flush() -> None:
    """What the application has printed without an end of line belongs to this request, too."""
    sys.stdout.flush()
    sys.stderr.flush()


def end(request: frames.Connection | Exchange) -> None:
    """A request is over that may have ended without `flush`: keep nothing of it."""
    for log in _logs:
        log.end(request)


def entry(level: int, text: str) -> str:
    """Return the lines of an entry in httpd's error log, which nobody else writes: no text can look like another entry."""
    now = time.time()
    day, _, year = time.asctime(time.localtime(now)).replace("  ", " 0").rpartition(" ")
    head = f"[{day}.{int(now % 1 * 1e6):06d} {year}] [pyhook:{levels[level]}] [pid {os.getpid()}] "
    lines = [_CONTROL.sub(" ", line) for line in text.split("\n") if line.strip()]
    return "".join(f"{head}{'| ' if number else ''}{line}\n" for number, line in enumerate(lines))


class Input(io.RawIOBase):
    """The body of a request as a file. Nothing is read from the client before the application reads."""

    def __init__(self, connection: frames.Connection, clock: Clock) -> None:
        self._connection: frames.Connection | None = connection
        self._clock = clock
        self._kept = b""
        self._at = 0
        self._ended = False

    def end(self) -> None:
        """The request is over."""
        self._connection = None

    def read(self, size: int | None = -1) -> bytes:
        """Return up to `size` bytes, all by default; b"" at the end. Raises `BodyError`."""
        wanted = sys.maxsize if size is None or size < 0 else size
        pieces = []
        while wanted > 0 and (piece := self._next(wanted)):
            wanted -= len(piece)
            pieces.append(piece)
        return b"".join(pieces)

    def read1(self, size: int | None = -1) -> bytes:
        """Return the bytes that come next, at most `size` of them; b"" at the end. Raises `BodyError`."""
        wanted = sys.maxsize if size is None or size < 0 else size
        return self._take(wanted) if self._fill() else b""

    def readline(self, size: int | None = -1) -> bytes:
        """Return the next line with its end; b"" at the end. Raises `BodyError`."""
        wanted = sys.maxsize if size is None or size < 0 else size
        pieces = []
        while wanted > 0 and self._fill():
            end = self._kept.find(b"\n", self._at, min(self._at + wanted, len(self._kept))) + 1
            piece = self._take(end - self._at if end else wanted)
            wanted -= len(piece)
            pieces.append(piece)
            if end:
                break
        return b"".join(pieces)

    def readlines(self, hint: int | None = -1) -> list[bytes]:
        """Return the lines, until `hint` bytes are reached."""
        lines: list[bytes] = []
        total = 0
        limit = hint if hint and hint > 0 else sys.maxsize
        while total < limit and (line := self.readline()):
            lines.append(line)
            total += len(line)
        return lines

    def readinto(self, buffer: bytearray | memoryview | array[int]) -> int:  # type: ignore[override]
        """Fill `buffer`; return the number of bytes, 0 at the end."""
        with memoryview(buffer) as view, view.cast("B") as place:
            data = self.read(len(place))
            place[: len(data)] = data
        return len(data)

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        """Do nothing: httpd reads what an application leaves."""

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")

    def __del__(self) -> None:
        """There is nothing to close."""

    def _next(self, wanted: int) -> bytes:
        """Return bytes, at most `wanted`, waiting for about so many; b"" at the end."""
        if not self._kept and _MUCH <= wanted < sys.maxsize:
            return self._receive(min(wanted, frames.MOST))
        return self._take(wanted) if self._fill(min(wanted, frames.ALL)) else b""

    def _receive(self, size: int) -> bytes:
        """Return so many bytes, or fewer at the end. They are written to where they stay."""
        source = self._source()
        if source is None:
            return b""
        place = io.BytesIO(bytes(size))  # nothing else has these bytes: they are not copied, neither here nor below
        with place.getbuffer() as view, self._clock.stopped():
            came = source.fill(view)
        self._ended = came < size
        place.truncate(came)
        return place.getvalue()

    def _take(self, size: int) -> bytes:
        """Return bytes that are at hand, at most `size`."""
        piece = self._kept[self._at : self._at + size]
        self._at += len(piece)
        if self._at == len(self._kept):
            self._kept, self._at = b"", 0  # it may be large
        return piece

    def _fill(self, least: int = 1) -> bool:
        """Have bytes at hand. Returns False at the end of the body."""
        if self._kept:
            return True
        source = self._source()
        if source is None:
            return False
        with self._clock.stopped():
            pieces = source.ask(least, max(least, _SOME))
        self._kept, self._at = b"".join(pieces), 0
        self._ended = not pieces[-1]
        return bool(self._kept)

    def _source(self) -> frames.Connection | None:
        """Return where more comes from; None at the end."""
        if self._ended:
            return None
        if self._connection is None:
            raise ValueError("the request of this input has ended")
        return self._connection


class Log(io.TextIOBase):
    """Writes to httpd's error log: what a thread prints that serves a request, with this request.

    An entry is complete when a text ends with a line end. One that becomes long is written line by line.
    """

    def __init__(self, level: int, outside: io.TextIOBase) -> None:
        self._level = level
        self._outside = outside
        self._begun: dict[object, str] = {}

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        writer = _writer()
        place = writer or get_ident()
        begun = self._begun.pop(place, "") + text
        is_complete = begun.endswith("\n") or len(begun) > _MUCH
        whole, newline, rest = begun.rpartition("\n") if is_complete else ("", "", begun)
        if newline:
            self._send(writer, whole)
        if rest:
            self._begun[place] = rest
        return len(text)

    def flush(self) -> None:
        if not self._begun:  # Python calls this also at its end, when the functions of this module have gone
            return
        writer = _writer()
        if begun := self._begun.pop(writer or get_ident(), ""):
            self._send(writer, begun)

    def end(self, request: frames.Connection | Exchange) -> None:
        """Nobody waits for the request any more: what it has begun to print belongs to the process."""
        if begun := self._begun.pop(request, ""):
            self._send(None, begun)

    def _send(self, writer: frames.Connection | Exchange | None, text: str) -> None:
        if not text.strip():
            return
        if writer is None:
            return self.write_outside(self._level, text)
        try:
            writer.send(log_frame(self._level, text))
        except frames.Gone:  # the application learns of it when it sends
            self.write_outside(self._level, text)

    def write_outside(self, level: int, text: str) -> None:
        """Write an entry of no request."""
        self._outside.write(entry(level, text))
        self._outside.flush()


_logs: list[Log] = []


def install() -> Log:
    """Let `print` go to the error log, and return `wsgi.errors`."""
    outside = io.TextIOWrapper(io.FileIO(2, "w", closefd=False), encoding="utf-8", errors="backslashreplace")
    errors, output = Log(_ERR, outside), Log(_NOTICE, outside)
    _logs[:] = output, errors
    sys.stdout = cast(TextIO, output)
    sys.stderr = cast(TextIO, errors)
    return errors
