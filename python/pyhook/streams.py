"""Sends `print` and everything else written to `sys.stdout`, `sys.stderr` and `wsgi.errors` to httpd's error log."""

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
    from _thread import _local as thread_local  # `threading` takes it from there, and costs more to import

LONGEST = 65536
"""The most characters of an unfinished line, as many as an entry takes; a longer one is logged without its end."""


class Unfinished:
    """The text that one thread has written to one stream since its last entry. It is also logged when the thread
    ends.
    """

    def __init__(self, level: Level) -> None:
        self._level = level
        self._texts: list[str] = []
        self._size = 0
        self._goes_on = False
        self._was_flushed = False  # flushed before its line ended: the line end alone is not an entry

    def add(self, text: str) -> None:
        """Keep the text. A text that ends with its line completes the entry; a line end within it does not begin
        another one.
        """
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
        """Log the text as an entry, if there is any."""
        text = "".join(self._texts)
        mark = "... " if self._goes_on else ""
        self._texts, self._size, self._goes_on = [], 0, False
        if text:
            self._was_flushed = not text.endswith("\n")
            log(mark + text.removesuffix("\n"), self._level)

    def end(self) -> None:
        """Log the text as an entry; the next text is another line."""
        self.flush()
        self._was_flushed = False

    def __del__(self) -> None:
        self.flush()


class Lines:
    """Collects the text written to a stream into entries, for each thread separately."""

    every: list[Lines] = []
    """The collectors of this interpreter's streams."""

    def __init__(self, level: Level) -> None:
        self._level = level
        self._here = thread_local()
        self._threads: set[ref[Unfinished]] = set()
        self.every.append(self)

    def here(self) -> Unfinished:
        """Return the text of the calling thread."""
        try:
            unfinished: Unfinished = self._here.unfinished
        except AttributeError:
            self._here.unfinished = unfinished = Unfinished(self._level)
            self._threads.add(ref(unfinished, self._threads.discard))
        return unfinished

    def flush_all(self) -> None:
        """Log the unfinished lines of all threads."""
        for known in list(self._threads):
            unfinished = known()
            if unfinished is not None:
                unfinished.flush()


def flush_thread() -> None:
    """Log the calling thread's unfinished lines on all streams: the callable that wrote them has returned."""
    for lines in Lines.every:
        lines.here().end()


def flush_all() -> None:
    """Log the unfinished lines of all threads on all streams: the interpreter ends."""
    for lines in Lines.every:
        lines.flush_all()


class LogStream(io.TextIOBase):
    """A text stream like an `io.TextIOWrapper`, whose lines become entries of the error log at one level.

    Texts of different threads are not mixed. A line without an end is logged by `flush`, and when the callable that
    wrote it returns. There is no file: `fileno` raises `io.UnsupportedOperation`. All requests share the stream, so
    `close` and `detach` only flush it.
    """

    mode = "w"
    encoding: str = "utf-8"
    errors: str = "surrogateescape"
    newlines = None
    line_buffering = True
    """The value that `reconfigure` has set, as for the next properties; it has no effect."""
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
        """Do what `io.TextIOWrapper.reconfigure` does, for all users of the stream; `newline` is only checked.

        Raises:
            LookupError: the encoding or the `errors` are unknown.
            ValueError: the `newline` is unknown.
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
            UnicodeEncodeError: the encoding that `reconfigure` has set cannot express it.
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
        """Flush. The stream stays open, because others use it too."""
        self.flush()

    def detach(self) -> Any:
        """Flush, and return `buffer`; the stream stays usable."""
        self.flush()
        return self.buffer

    def __repr__(self) -> str:
        return f"<pyhook.streams.LogStream name={self.name!r} mode={self.mode!r} encoding={self.encoding!r}>"


class LogBytes(io.BufferedIOBase):
    """The stream that `sys.stdout.buffer` is elsewhere: bytes written to it become part of the same lines,
    unchanged.
    """

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
        """Flush. The stream stays open, because others use it too."""
        self.flush()
