"""A request that an ASGI application answers on the event loop, from its frame to the end of its answer."""

from __future__ import annotations

import asyncio
import collections
import os
import stat
import sys
import time
from contextvars import ContextVar

from .. import loops
from ..asgi import begin
from ..errors import HTTPError
from ..errors import RequestTimeout as TaskTimeout
from . import frames, head, metrics
from .clock import RequestTimeout
from .failures import RAISED, failure, refusal
from .streams import end, flush
from .tracebacks import traceback_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Literal

    from ..asgi import Application, Scope
    from .scope import Asked

answered: ContextVar[Exchange | None] = ContextVar("answered", default=None)
"""The exchange whose task runs."""

MUCH = 64 * 1024
"""If more than this is unsent, the application waits before it sends more."""

_SOME = 64 * 1024
"""So much of the request's body comes at once."""


class Exchange:
    """What `pyhook.asgi` needs of a request. Only the loop's thread uses it, except where it is said.

    `leave` is called at its end with True if the connection may serve another request.
    """

    def __init__(self, connection: frames.Connection, asked: Asked, leave: Callable[[bool], None]) -> None:
        self.has_body = asked.has_body
        self.request = asked.line
        self.content_type: str | None = None
        self.disconnect: Callable[[], bool] | None = None
        """Tells the application that its client has gone."""
        self.is_reported = False
        self.interrupted_at: float | None = None
        self._loop = asyncio.get_running_loop()
        self._connection = connection
        self._name = asked.name
        self._is_head = asked.method == "HEAD"
        self._leave: Callable[[bool], None] | None = leave
        self._why: str | None = None
        self._head: list[bytes] = []  # until it goes out
        self._unsent: collections.deque[tuple[memoryview, int | None]] = collections.deque()
        self._size = 0  # of what is unsent
        self._writing: list[asyncio.Future[None]] = []
        self._reading: asyncio.Future[bytes] | None = None
        self._last: bytes | None = None  # the failure that follows when the body has come
        self._is_ending = False
        self._reuse = True
        self._spent = 0.0
        self._since: float | None = time.monotonic()  # None: it waits for the client

    def begin(self, application: Application, scope: Scope) -> None:
        """Start the application's task."""
        self.disconnect = begin(self, application, scope)

    # What pyhook.asgi calls.

    def enter(self) -> Exchange:
        """The running task is this request's from now on."""
        answered.set(self)
        return self

    def log(self, message: str, level: Literal["info"]) -> None:
        """Write to httpd's log, which has what a process prints at level info."""
        print(message, end="")

    def cancelled(self) -> str | None:
        """Return why the application was told of the end: "gone", the client, "stopping", the process, "timed out"."""
        return self._why

    def read_some(self) -> asyncio.Future[bytes]:
        """Return a future of the bytes that come next; b"" at the end."""
        self._reading = reading = self._loop.create_future()
        if self._leave is None:
            reading.set_exception(ConnectionAbortedError("the client has gone"))
        else:
            self._send(frames.read(1, _SOME))
            self._count()
        return reading

    def start(self, status: int, headers: Iterable[tuple[bytes, bytes]]) -> None:
        """Take the head, which goes out with the first piece of the body. Raises `TypeError` and `ValueError`."""
        self._head = head.check_pairs(status, headers)
        content_type = self._value_of(b"content-type")
        self.content_type = None if content_type is None else content_type.decode("latin-1")

    def write(self, data: bytes | bytearray | memoryview | str) -> asyncio.Future[None]:
        """Return a future: the piece is on its way."""
        assert not isinstance(data, str)
        first, *others = _frames_of(data) or [b""]
        self._send(self._take_head() + first)
        for piece in others:
            self._send(piece)
        written = self._loop.create_future()
        if self._leave is None:
            written.set_exception(ConnectionAbortedError("the client has gone"))
        elif self._size < MUCH:
            written.set_result(None)
        else:
            self._writing.append(written)
            self._count()
        return written

    def complete(self, data: bytes | bytearray | memoryview) -> None:
        """Take the last piece of the body. Raises `TypeError`."""
        body = _frames_of(data)  # before anything has changed: it raises if the bytes are not in one piece
        flush()
        size = memoryview(data).nbytes
        if self._is_head or size > frames.PIECE:
            self._announce(size)
        pieces = [self._take_head(), *([] if self._is_head else body), frames.pack(frames.END)]
        if size > frames.PIECE:
            while len(pieces) > 1:
                self._send(pieces.pop(0))
        self._end_with(b"".join(pieces))  # a whole body has its length if it comes at once

    def complete_with(self, path: str) -> None:
        """Let httpd send a file as the body. Raises `OSError`."""
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        known = os.fstat(descriptor)
        if not stat.S_ISREG(known.st_mode):
            os.close(descriptor)
            raise OSError(f"{path!r} is no regular file")
        self._send(self._take_head())
        self._send(frames.file(0, known.st_size), descriptor)
        self._end_with(frames.pack(frames.END))

    def finish(self, result: object) -> None:
        """An answer that is complete has ended already."""

    def fail(self, exception: BaseException) -> None:
        """Send a failure instead of the rest, when httpd is not busy with the body."""
        if self._is_ending:
            return
        if self._leave is None:
            if not isinstance(exception, ConnectionAbortedError):
                print(f"{RAISED}: {self._name} raised after its client had gone\n{traceback_of(exception)}", file=sys.stderr)
            return
        flush()
        self._last = _failure(exception, self._name)
        self._reuse = not isinstance(exception, TaskTimeout)
        if self._reading is None or self._reading.done():
            self._end_with(self._last)

    # What the loop calls.

    def listen(self) -> None:
        """Look for what httpd sends. Nothing need be looked for if the application has answered at once."""
        if self._leave is not None:
            self._loop.add_reader(self._connection.fileno(), self._receive)

    @property
    def is_endless(self) -> bool:
        """True if the response only ends when its client leaves."""
        return loops.is_endless(self)

    def cancel(self, why: str) -> None:
        """Tell the application, once, that its client has gone, or why it should end."""
        disconnect, self.disconnect = self.disconnect, None
        if disconnect is not None and not self._is_ending:
            self._why = why
            disconnect()

    @property
    def is_open(self) -> bool:
        """True if more can be sent."""
        return self._leave is not None and not self._is_ending

    def send(self, frame: bytes) -> None:
        """Send a log entry."""
        self._send(frame)

    # What counts the time; other threads call it, too.

    def seconds(self) -> float:
        """Return for how long the application has worked; 0 if nothing limits that."""
        if self._leave is None or self._is_ending or self.is_endless:
            return 0.0
        return self._worked()

    def _worked(self) -> float:
        since = self._since
        return self._spent + (0.0 if since is None else time.monotonic() - since)

    def stack(self) -> str:
        """Return what the task does at this moment, as lines of a traceback."""
        disconnect = self.disconnect
        return "\n".join(loops.stack_of(disconnect)) if disconnect is not None else ""

    def looked_at(self) -> dict[str, object]:
        """Return what the task does now, for `pyhook stacks`."""
        return {"request": self.request, "seconds": self._worked(), "stack": self.stack()}

    def interrupt(self) -> bool:
        """Cancel the task; return False if it waits for the client."""
        if self._since is None:
            return False
        self._loop.call_soon_threadsafe(self.cancel, "timed out")
        return True

    def give_up(self) -> None:
        """Answer without the task, which goes on."""
        self._loop.call_soon_threadsafe(self.fail, TaskTimeout())

    def _count(self) -> None:
        """Stop the clock while the client is awaited, and start it again."""
        waits = bool(self._writing) or (self._reading is not None and not self._reading.done())
        if waits and self._since is not None:
            self._spent += time.monotonic() - self._since
            self._since = None
        elif not waits and self._since is None:
            self._since = time.monotonic()

    # Frames.

    def _receive(self) -> None:
        try:
            while self._leave is not None and (frame := self._connection.receive_ready()) is not None:
                self._take(*frame)
        except frames.Gone:
            self._lose()

    def _take(self, kind: int, payload: bytes) -> None:
        reading = self._reading
        if reading is not None and not reading.done():
            if kind == frames.BROKEN:
                reading.set_exception(frames.broken(payload))
            else:
                reading.set_result(payload)
        self._count()
        if self._last is not None and not self._is_ending:
            self._end_with(self._last)

    def _value_of(self, header: bytes) -> bytes | None:
        return next((value for name, value in zip(self._head[1::2], self._head[2::2]) if name.lower() == header), None)

    def _announce(self, size: int) -> None:
        """Set the Content-Length of a whole body, unless the application has."""
        has_length = self._value_of(b"content-length") is not None
        if self._head and size and not has_length and self._head[0].decode() not in head.NO_BODY:
            self._head += (b"Content-Length", b"%d" % size)

    def _take_head(self) -> bytes:
        """Return the frame of the head, once."""
        taken, self._head = self._head, []
        return frames.pack(frames.HEAD, b"\0".join(taken) + b"\0") if taken else b""

    def _send(self, data: bytes, descriptor: int | None = None) -> None:
        if not data:
            return
        self._unsent.append((memoryview(data), descriptor))
        self._size += len(data)
        if len(self._unsent) == 1:
            self._flush()
            if self._unsent and self._leave is not None:
                self._loop.add_writer(self._connection.fileno(), self._go_on)

    def _send_or_raise(self, data: bytes) -> None:
        self._send(data)
        if self._leave is None:
            raise frames.Gone

    def _flush(self) -> None:
        """Send what there is room for."""
        if self._leave is None:
            return self._forget()
        try:
            while self._unsent:
                data, descriptor = self._unsent[0]
                sent = self._connection.send_some(data, descriptor)
                if not sent:
                    return
                self._size -= sent
                if descriptor is not None:
                    os.close(descriptor)
                if sent < len(data):
                    self._unsent[0] = (data[sent:], None)
                else:
                    self._unsent.popleft()
        except frames.Gone:
            self._lose()

    def _go_on(self) -> None:
        self._flush()
        if self._size < MUCH and self._writing:
            for written in self._writing:
                if not written.done():
                    written.set_result(None)
            self._writing.clear()
            self._count()
        if not self._unsent and self._leave is not None:
            self._loop.remove_writer(self._connection.fileno())
            if self._is_ending:
                self._let_go(self._reuse)

    def _end_with(self, frame: bytes) -> None:
        self._is_ending = True
        try:
            metrics.send(frame, self._send_or_raise)
        except frames.Gone:
            return
        if not self._unsent and self._leave is not None:
            self._let_go(self._reuse)

    def _lose(self) -> None:
        """httpd has closed the connection."""
        if self._leave is None:
            return
        self._let_go(False)
        self.cancel("gone")
        gone = ConnectionAbortedError("the client has gone")
        for waiting in (self._reading, *self._writing):
            if waiting is not None and not waiting.done():
                waiting.set_exception(gone)
        self._writing.clear()

    def _let_go(self, reuse: bool) -> None:
        self._forget()
        self._loop.remove_reader(self._connection.fileno())
        self._loop.remove_writer(self._connection.fileno())
        leave, self._leave = self._leave, None
        end(self)
        assert leave is not None
        leave(reuse)

    def _forget(self) -> None:
        for _, descriptor in self._unsent:
            if descriptor is not None:
                os.close(descriptor)
        self._unsent.clear()
        self._size = 0


def _frames_of(data: bytes | bytearray | memoryview) -> list[bytes]:
    """Return the frames of a piece of a body, none of them too long. Raises `TypeError` if it is a view with gaps."""
    view = memoryview(data).cast("B")
    return [frames.pack(frames.DATA, bytes(view[start : start + frames.PIECE])) for start in range(0, len(view), frames.PIECE)]


def _failure(exception: BaseException, name: str) -> bytes:
    """Return the frame for what the task has raised."""
    if isinstance(exception, TaskTimeout):
        return failure(RequestTimeout(), name)
    if isinstance(exception, HTTPError):
        return refusal(str(exception.status), "", "", "")
    return failure(exception, name)
