"""Calls a WSGI application for a request that httpd has sent (PEP 3333)."""

from __future__ import annotations

import io
import os
import stat

from . import frames, head, loading, streams
from .failures import Misuse
from .response import Response
from .serving import Served, serve, write_rest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from .clock import Clock


class FileWrapper:
    """`wsgi.file_wrapper`: httpd itself sends the file if it is a real one."""

    def __init__(self, filelike: Any, blksize: int = 8192) -> None:
        self.filelike = filelike
        self._size = blksize
        if hasattr(filelike, "close"):
            self.close = filelike.close

    def __iter__(self) -> Iterator[bytes]:
        while block := self.filelike.read(self._size):
            yield block

    def part(self) -> tuple[int, int, int] | None:
        """Return descriptor, position and size of what is still to be read; None if it is no real file."""
        opened = getattr(self.filelike, "file", self.filelike)  # that of tempfile or of Django's File
        if type(opened) not in (io.FileIO, io.BufferedReader, io.BufferedRandom):
            return None
        try:
            position = opened.tell()
            known = os.fstat(opened.fileno())
        except (OSError, ValueError):
            return None
        if not stat.S_ISREG(known.st_mode) or position > known.st_size:
            return None
        return opened.fileno(), position, known.st_size - position


class _Response(Response):
    """What goes to httpd. The head goes with the first bytes of the body."""

    def __init__(self, connection: frames.Connection, clock: Clock, is_head: bool) -> None:
        super().__init__(connection, clock)
        self._is_head = is_head
        self._head: list[str] | None = None
        self._is_sent = False

    @property
    def is_started(self) -> bool:
        return self._head is not None

    def start_response(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[..., None]:
        """Take the status and the headers (PEP 3333)."""
        if self._connection is None:
            raise RuntimeError("the request of this start_response has ended")
        if exc_info and self._is_sent:
            raise exc_info[1]
        if self._head is not None and not exc_info:
            raise RuntimeError("start_response was called before: a second call needs exc_info")
        self._head = head.check(status, headers)
        return self._write

    def _write(self, data: bytes) -> None:
        if not isinstance(data, bytes):
            raise TypeError(f"write() takes bytes, not {type(data).__name__}")
        if data:
            self.send(data)

    def take_head(self) -> bytes:
        """Return the frame of the head, once."""
        if self._is_sent or self._head is None:
            return b""
        self._is_sent = True
        return frames.strings(frames.HEAD, self._head)

    def has_body(self) -> bool:
        return not self._is_head and self._allows_body()

    def _allows_body(self) -> bool:
        return self._head is not None and self._head[0][:3] not in head.NO_BODY

    def _announce(self, size: int) -> None:
        """Set the Content-Length of a whole body, unless the application has. httpd does so if a body comes at once."""
        if self._head and size and self._allows_body() and "content-length" not in map(str.lower, self._head[1::2]):
            self._head += ("Content-Length", str(size))

    def send_whole(self, body: bytes) -> None:
        """Send a whole body and the end."""
        if self._is_head or len(body) > frames.PIECE:
            self._announce(len(body))
        self.end(body if self.has_body() else b"")

    def send(self, data: bytes) -> None:
        """Send a piece of the body."""
        connection = self._connection
        if connection is None:
            raise RuntimeError("the request of this write() has ended")
        with self._clock.stopped():
            if len(data) <= frames.PIECE:
                connection.send(self.take_head() + frames.pack(frames.DATA, data))
            else:
                connection.send(self.take_head())
                connection.send_body(data)

    def send_file(self, part: tuple[int, int, int]) -> None:
        """Let httpd send a file."""
        assert self._connection is not None
        if self._is_head:
            self._announce(part[2])
        with self._clock.stopped():
            self._connection.send(self.take_head())
            if self.has_body():
                self._connection.send_file(*part)

    def end(self, last: bytes = b"") -> None:
        """Send the end, after the last piece of the body."""
        if len(last) > frames.PIECE:
            self.send(last)
            last = b""
        data = frames.pack(frames.DATA, last) if last else b""
        self._end_with(self.take_head() + data + frames.pack(frames.END))


class Site:
    """What the requests of one process have in common."""

    def __init__(self, threads: int, errors: object, tell: Callable[[str], None]) -> None:
        self.tell = tell
        self.reloads = False
        """True when a request has come for which `PyHookReload` is on."""
        self._common: dict[str, Any] = {
            "wsgi.version": (1, 0),
            "wsgi.multithread": threads > 1,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
            "wsgi.errors": errors,
            "wsgi.file_wrapper": FileWrapper,
        }

    def serve(self, connection: frames.Connection, payload: bytes, clock: Clock, free: Callable[[], None]) -> None:
        """Answer a request. Raises `Gone`.

        `free` is called when the connection may serve the next one. That of a request that was interrupted never may.
        """
        words = payload.decode("latin-1").split("\0")
        environ: dict[str, Any] = dict(zip(words[2::2], words[3::2]))
        environ.update(self._common)
        if "r" in words[1]:
            self.reloads = True
        if "l" not in words[1]:
            environ["wsgi.input_terminated"] = True
        body = streams.Input(connection, clock)
        environ["wsgi.input"] = body
        response = _Response(connection, clock, environ["REQUEST_METHOD"] == "HEAD")
        closing: list[Callable[[], None]] = []

        def call() -> None:
            self._call(words[0], environ, response, closing)

        line = f"{environ['REQUEST_METHOD']} {environ['REQUEST_URI']}"
        serve(Served(words[0], line, call, response, body, closing), connection, clock, free)

    def _call(self, name: str, environ: dict[str, Any], response: _Response, closing: list[Callable[[], None]]) -> None:
        application = loading.application(name, self.tell)
        result = application(environ, response.start_response)
        if type(result) is list or type(result) is tuple:
            last = b"".join(result) if all(type(item) is bytes for item in result) else _joined(result)
            _check_started(response)
            write_rest()
            return response.send_whole(last)
        if isinstance(result, (bytes, str)) or result is None:
            raise Misuse(f"returned {type(result).__name__}: expected an iterable of bytes, a list [body] for example")
        if hasattr(result, "close"):
            closing.append(result.close)
        self._send(result, response)
        write_rest()
        response.end()

    def _send(self, result: Iterable[bytes], response: _Response) -> None:
        if type(result) is FileWrapper:
            _check_started(response)
            part = result.part()
            if part is not None:
                return response.send_file(part)
        try:
            items = iter(result)
        except TypeError:
            raise Misuse(f"returned {type(result).__name__}: expected an iterable of bytes") from None
        for item in items:
            if not isinstance(item, bytes):
                raise _misuse_of(item)
            if item:
                _check_started(response)
                if not response.has_body():
                    return
                response.send(item)
        _check_started(response)


def _check_started(response: _Response) -> None:
    if not response.is_started:
        raise Misuse("has not called start_response: expected start_response(status, headers) before the body")


def _misuse_of(item: object) -> Misuse:
    return Misuse(f"gave a body with an item of type {type(item).__name__}: expected bytes")


def _joined(result: list[Any] | tuple[Any, ...]) -> bytes:
    for item in result:
        if not isinstance(item, bytes):
            raise _misuse_of(item)
    return b"".join(result)
