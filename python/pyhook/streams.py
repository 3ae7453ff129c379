"""`print` and everything else written to `sys.stdout`, `sys.stderr` and `wsgi.errors`, in httpd's error log."""

from __future__ import annotations

import codecs
import io
from _weakref import ref

from ._native import log, when_call_ends

TYPE_CHECKING = False
if TYPE_CHECKING:
    from threading import local as thread_local
    from typing import Any

    from _pyhook import Level
    from _typeshed import ReadableBuffer
else:
    from _thread import _local as thread_local  # what `threading`, which costs more, takes

LONGEST = 65536
"""Characters that wait for the end of their line; more than that, as much as an entry takes, are logged without it."""


class Unfinished:
    """What one thread has written to one stream since its last entry. It is logged when the thread ends, too."""

    def __init__(self, level: Level) -> None:
        self._level = level
        self._texts: list[str] = []
        self._size = 0
        self._goes_on = False
        self._was_flushed = False  # before the line ended: its end alone is no entry

    def add(self, text: str) -> None:
        """Keep the text. An entry is complete when a text ends its line, so that no line within one begins an entry."""
        if text == "\n" and self._was_flushed and not self._texts:
            self._was_flushed = self._goes_on = False
            return
        self._texts.append(text)
        self._size += len(text)
        if text.endswith("\n"):
            self.flush()
        elif self._size > LONGEST:
            self.flush()
            self._goes_on = True
        else:
            when_call_ends(flush_thread)

    def flush(self) -> None:
        """Log what is there, as an entry; nothing if there is nothing."""
        text = "".join(self._texts)
        mark = "... " if self._goes_on else ""
        self._texts, self._size, self._goes_on = [], 0, False
        if text:
            self._was_flushed = not text.endswith("\n")
            log(mark + text.removesuffix("\n"), self._level)

    def end(self) -> None:
        """The same; what comes next is another line."""
        self.flush()
        self._was_flushed = False

    def __del__(self) -> None:
        self.flush()


class Lines:
    """Gathers what is written to a stream into entries, for each thread its own."""

    every: list[Lines] = []
    """Those of this interpreter's streams."""

    def __init__(self, level: Level) -> None:
        self._level = level
        self._here = thread_local()
        self._threads: set[ref[Unfinished]] = set()
        self.every.append(self)

    def here(self) -> Unfinished:
        """The calling thread's."""
        try:
            unfinished: Unfinished = self._here.unfinished
        except AttributeError:
            self._here.unfinished = unfinished = Unfinished(self._level)
            self._threads.add(ref(unfinished, self._threads.discard))
        return unfinished

    def flush_all(self) -> None:
        """Log what any thread has begun."""
        for known in list(self._threads):
            unfinished = known()
            if unfinished is not None:
                unfinished.flush()


def flush_thread() -> None:
    """Log what the calling thread has begun on any stream: the callable that began it has returned."""
    for lines in Lines.every:
        lines.here().end()


def flush_all() -> None:
    """Log what any thread has begun on any stream: the interpreter ends."""
    for lines in Lines.every:
        lines.flush_all()


class LogStream(io.TextIOBase):
    """A text stream like an `io.TextIOWrapper`, whose lines become entries of the error log at one level.

    What one thread writes is not mixed with what another does. A line without an end is logged by `flush`, and when
    the callable returns that wrote it. There is no file behind it: `fileno` raises `io.UnsupportedOperation`.
    It serves all requests, so `close` and `detach` only flush it.
    """

    mode = "w"
    encoding: str = "utf-8"
    errors: str = "surrogateescape"
    newlines = None
    line_buffering = True
    """As `reconfigure` has set it, like the others; nothing depends on it."""
    write_through = False

    def __init__(self, level: Level, name: str) -> None:
        self.name = name
        self._lines = Lines(level)
        self.buffer = LogBytes(self._lines, name)

    def reconfigure(
        self,
        *,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
        line_buffering: bool | None = None,
        write_through: bool | None = None,
    ) -> None:
        """As `io.TextIOWrapper.reconfigure`, for all who use the stream; `newline` is checked only.

        Raises:
            LookupError: nothing is known of that encoding or of those `errors`.
            ValueError: no such `newline`.
        """
        if newline not in (None, "", "\n", "\r", "\r\n"):
            raise ValueError(f"illegal newline value: {newline!r}")
        if encoding is not None:
            codecs.lookup(encoding)
            errors = "strict" if errors is None else errors
        if errors is not None:
            codecs.lookup_error(errors)
        self.flush()
        self.encoding = self.encoding if encoding is None else encoding
        self.errors = self.errors if errors is None else errors
        self.line_buffering = self.line_buffering if line_buffering is None else bool(line_buffering)
        self.write_through = self.write_through if write_through is None else bool(write_through)

    def writable(self) -> bool:
        """Always true."""
        return True

    def write(self, text: str, /) -> int:
        """Add `text` to the log; return its length in characters.

        Raises:
            TypeError: it is no `str`.
            UnicodeEncodeError: the encoding that was set by `reconfigure` can't express it.
        """
        if not isinstance(text, str):
            raise TypeError(f"a text stream takes str, not {type(text).__name__}")
        size = len(text)
        if self.errors != "surrogateescape" or self.encoding != "utf-8":
            text = text.encode(self.encoding, self.errors).decode("utf-8", "surrogateescape")
        if text:
            self._lines.here().add(text)
        return size

    def flush(self) -> None:
        """Log the calling thread's unfinished line, if there is one."""
        self._lines.here().flush()

    def close(self) -> None:
        """Flush: the stream stays open, it is not this caller's alone."""
        self.flush()

    def detach(self) -> Any:
        """Flush, and return `buffer`; the stream stays usable."""
        self.flush()
        return self.buffer

    def __repr__(self) -> str:
        return f"<pyhook.streams.LogStream name={self.name!r} mode={self.mode!r} encoding={self.encoding!r}>"


class LogBytes(io.BufferedIOBase):
    """What `sys.stdout.buffer` is elsewhere: the bytes written to it are part of the same lines, as they are."""

    mode = "wb"

    def __init__(self, lines: Lines, name: str) -> None:
        self.name = name
        self._lines = lines

    def writable(self) -> bool:
        """Always true."""
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        """Add `data` to the log; return its length in bytes."""
        content = memoryview(data).tobytes()
        if content:
            self._lines.here().add(content.decode("utf-8", "surrogateescape"))
        return len(content)

    def flush(self) -> None:
        """Log the calling thread's unfinished line, if there is one."""
        self._lines.here().flush()

    def close(self) -> None:
        """Flush: the stream stays open, it is not this caller's alone."""
        self.flush()
