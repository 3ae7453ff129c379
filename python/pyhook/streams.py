"""`print` and everything else written to `sys.stdout` and `sys.stderr`, in httpd's error log."""

from __future__ import annotations

import io

from ._native import log

TYPE_CHECKING = False
if TYPE_CHECKING:
    from threading import local as thread_local

    from _pyhook import Level
    from _typeshed import ReadableBuffer
else:
    from _thread import _local as thread_local  # what `threading`, which costs more, takes


class LogStream(io.TextIOBase):
    """A text stream whose complete lines become log entries at one level.

    A line begun by one thread is not mixed with another thread's: each has its own unfinished line. `flush`
    logs it as it stands. There is no file behind it: `fileno` raises `io.UnsupportedOperation`. `buffer` takes bytes.
    """

    encoding = "utf-8"
    errors = "surrogateescape"

    def __init__(self, level: Level) -> None:
        self._level = level
        self._unfinished = thread_local()
        self.buffer = LogBytes(self)

    def writable(self) -> bool:
        """Always true."""
        return True

    def write(self, text: str, /) -> int:
        """Log the lines that `text` completes; return its length in characters. `TypeError` unless it is a `str`."""
        if not isinstance(text, str):
            raise TypeError(f"a text stream takes str, not {type(text).__name__}")
        *complete, rest = (getattr(self._unfinished, "line", "") + text).split("\n")
        self._unfinished.line = rest
        if complete:
            log("\n".join(complete), self._level)
        return len(text)

    def flush(self) -> None:
        """Log the calling thread's unfinished line, if there is one."""
        rest = getattr(self._unfinished, "line", "")
        if rest:
            self._unfinished.line = ""
            log(rest, self._level)


class LogBytes(io.BufferedIOBase):
    """What `sys.stdout.buffer` is elsewhere: the bytes written to it become text of the stream that it belongs to."""

    def __init__(self, text: LogStream) -> None:
        self._text = text

    def writable(self) -> bool:
        """Always true."""
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        """Log the lines that `data` completes; return its length in bytes."""
        content = memoryview(data).tobytes()
        self._text.write(content.decode("utf-8", "surrogateescape"))
        return len(content)

    def flush(self) -> None:
        """Log the calling thread's unfinished line, if there is one."""
        self._text.flush()
