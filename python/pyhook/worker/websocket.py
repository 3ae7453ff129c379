"""A WebSocket that an ASGI application serves on the event loop: httpd converses with the client."""

from __future__ import annotations

import collections
import sys

from ..asgi import begin_websocket
from . import frames, head
from .exchange import MUCH, Exchange
from .failures import RAISED, described
from .streams import flush

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterable
    from typing import Any

    from ..asgi import Application, Scope
    from .scope import Asked

_SOME = 8
"""When the application has taken so many messages, or bytes of them, httpd is told, which sends as many as nobody has taken."""

_SOME_BYTES = 16 * 1024

LONGEST = 16 * 1024 * 1024
"""No message has more bytes than this."""


class WebSocketExchange(Exchange):
    """What `pyhook.asgi` needs of a request for a WebSocket. Only the loop's thread uses it."""

    def __init__(self, connection: frames.Connection, asked: Asked, leave: Callable[[bool], None]) -> None:
        super().__init__(connection, asked, leave)
        self.offered = asked.subprotocols
        self.is_accepted = False
        self._heard: collections.deque[tuple[str, str | bytes, int]] = collections.deque()
        self._sizes: collections.deque[int] = collections.deque()  # of the messages in it
        self._taken = self._taken_size = 0  # since httpd was told
        self._over: tuple[int, str] | None = None
        self._pieces: list[bytes] = []  # of the message that comes
        self._hearers: list[asyncio.Future[None]] = []
        self._drainers: list[asyncio.Future[None]] = []

    @property
    def is_endless(self) -> bool:
        """True once it is accepted: it ends when one of the sides closes it."""
        return self.is_accepted

    def begin(self, application: Application, scope: Scope) -> None:
        """Start the application's task."""
        self.disconnect = begin_websocket(self, application, scope)

    # What pyhook.asgi calls.

    def accept(self, subprotocol: str | None, headers: Iterable[Any]) -> None:
        """Let httpd answer the handshake. Raises `TypeError` and `ValueError`."""
        chosen = b"" if subprotocol is None else subprotocol.encode("utf-8", "surrogateescape")
        lines = [chosen, *head.check_pairs(200, headers)[1:]]
        head.check_length(lines)
        self.is_accepted = True
        self._reuse = False
        self._send(frames.pack(frames.ACCEPT, b"\0".join(lines) + b"\0"))

    def report(self, exception: BaseException) -> None:
        """Log what the application has raised once it was accepted."""
        print(f"{RAISED}: {self._name} raised while it served a WebSocket\n{described(exception, self._name)}", file=sys.stderr)

    def take(self) -> tuple[str, str | bytes, int] | None:
        """Return (kind, message or reason, code) of what was heard next, or None."""
        if not self._heard:
            return None
        taken = self._heard.popleft()
        if self._sizes:
            self._taken += 1
            self._taken_size += self._sizes.popleft()
        if (self._taken >= _SOME or self._taken_size >= _SOME_BYTES) and self._over is None and self.is_open:
            self._send(frames.took(self._taken, self._taken_size))
            self._taken = self._taken_size = 0
        return taken

    def over(self) -> tuple[int, str] | None:
        """Return code and reason of the end, if it has come. What was heard before may still be to be taken."""
        return self._over

    def heard(self) -> asyncio.Future[None]:
        """Return a future: something can be taken."""
        return self._add_future(self._hearers)

    def drained(self) -> asyncio.Future[None]:
        """Return a future: little is left to be sent."""
        return self._add_future(self._drainers)

    def say_text(self, message: str) -> bool:
        """Send it; return True if so much is unsent that the application should wait. Raises `ValueError`."""
        return self._say(frames.TEXT, message.encode())

    def say_bytes(self, message: bytes) -> bool:
        """Send bytes in the same way."""
        return self._say(0, message)

    def close(self, code: int, reason: str) -> None:
        """Let httpd send a close frame. Nothing is sent after it."""
        self._send(frames.closing(code, reason))

    def finish(self, result: object) -> None:
        """The application has ended."""
        if self.is_accepted and self.is_open:
            flush()
            self._end_with(frames.pack(frames.END))

    # Frames.

    def _say(self, marks: int, message: bytes) -> bool:
        if len(message) > LONGEST:
            raise ValueError(f"a message has {len(message)} bytes: in a process at most {LONGEST} can be sent")
        if self._over is not None:
            return False
        for frame in frames.message(marks, message):
            self._send(frame)
        return self._size >= MUCH

    def _take(self, kind: int, payload: bytes) -> None:
        if kind == frames.HEARD:
            self._pieces.append(payload[1:])
            if not payload[0] & frames.CONTINUED:
                data = b"".join(self._pieces)
                self._pieces.clear()
                self._sizes.append(len(data))
                if payload[0] & frames.TEXT:
                    self._queue("text", data.decode())
                else:
                    self._queue("bytes", data)
        elif kind == frames.CLOSED:
            code, reason = frames.closing_of(payload)
            self._end_conversation(code, reason)

    def _queue(self, kind: str, data: str | bytes, code: int = 0) -> None:
        self._heard.append((kind, data, code))
        _resolve(self._hearers)

    def _end_conversation(self, code: int, reason: str) -> None:
        """The application does not wait for a client that has gone."""
        if self._over is None:
            self._over = code, reason
            self._queue("close", reason, code)
        _resolve(self._drainers)

    def _go_on(self) -> None:
        super()._go_on()
        if self._size < MUCH:
            _resolve(self._drainers)

    def _lose(self) -> None:
        was_open = self._leave is not None
        super()._lose()
        if was_open and self.is_accepted:
            self._end_conversation(1006, "")

    def _add_future(self, futures: list[asyncio.Future[None]]) -> asyncio.Future[None]:
        futures.append(self._loop.create_future())
        return futures[-1]


def _resolve(futures: list[asyncio.Future[None]]) -> None:
    """Their tasks may have stopped waiting."""
    waiting, futures[:] = futures[:], []
    for future in waiting:
        if not future.done():
            future.set_result(None)
