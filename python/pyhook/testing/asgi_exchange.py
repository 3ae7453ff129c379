"""What stands in for httpd when `pyhook.asgi` serves a fake request."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from typing import TYPE_CHECKING

from .. import loops
from ..records.body import body_bytes

if TYPE_CHECKING:
    from .request import FakeRequest

HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer"}
    | {"trailers", "transfer-encoding", "upgrade"}
)
"""Headers that an application's response cannot set, because they belong to the connection."""


class FakeExchange:
    """A request and its response: an `HTTPExchange` of `pyhook.asgi`."""

    def __init__(self, request: FakeRequest) -> None:
        self._request = request
        self.has_body = bool(request._input.getbuffer())

    def read_some(self) -> asyncio.Future[bytes]:
        """Return the next piece of the body."""
        return asyncio.ensure_future(self._request.aread1())

    def write(self, data: bytes | bytearray | memoryview | str) -> asyncio.Future[None]:
        """Send a piece."""
        return asyncio.ensure_future(self._request.awrite(body_bytes(data)))

    def start(self, status: int, headers: Iterable[tuple[bytes, bytes]]) -> None:
        """Make the head of the response."""
        self._request.status = status
        for name, value in headers:
            self.add_header(name.decode(), value.decode("utf-8", "surrogateescape"))

    def add_header(self, name: str, value: str) -> None:
        """Add a header, unless it belongs to httpd."""
        if name == "content-type":
            self._request.content_type = value
        elif name not in HOP_BY_HOP:
            self._request.headers_out.add(name, value)

    def complete(self, data: bytes | bytearray | memoryview) -> None:
        """Send the last piece."""
        self._request.write(body_bytes(data))
        self._request._complete = True

    def complete_with(self, path: str) -> None:
        """Send a file."""
        self._request.sendfile(path)
        self._request._complete = True

    def enter(self) -> FakeRequest:
        """Return the request."""
        return self._request

    def finish(self, result: object) -> None:
        """Nothing waits for the end here."""

    def fail(self, exception: BaseException) -> None:
        """Let the test see the exception."""
        raise exception

    def cancelled(self) -> str | None:
        """Nobody but the test cancels a task."""
        return None


class FakeSocketExchange(FakeExchange):
    """A WebSocket: a `WebSocketExchange` of `pyhook.asgi`. The test is the client."""

    def __init__(self, request: FakeRequest) -> None:
        super().__init__(request)
        names = request.headers_in.get("Sec-WebSocket-Protocol", "").split(",")
        self.offered = [name.strip() for name in names if name.strip()]
        """The subprotocols that the request offers."""
        self.accepted = asyncio.Event()
        self.subprotocol: str | None = None
        self.closed: tuple[int, str] | None = None
        """Code and reason, once one side has closed it."""
        self.said: asyncio.Queue[str | bytes | None] = asyncio.Queue()
        """Messages of the application; None is the end."""
        self._heard: deque[tuple[str, str | bytes, int]] = deque()
        self._arrived = asyncio.Event()

    def accept(self, subprotocol: str | None, headers: Iterable[tuple[bytes, bytes]]) -> None:
        """Complete the handshake."""
        self.subprotocol = subprotocol
        self.start(200, headers)
        self.accepted.set()

    def report(self, exception: BaseException) -> None:
        """Tell the loop's handler of exceptions."""
        loops.report("a WebSocket's task raised", exception)

    def give(self, kind: str, data: str | bytes, code: int = 0) -> None:
        """Let the application hear something."""
        self._heard.append((kind, data, code))
        self._arrived.set()

    def take(self) -> tuple[str, str | bytes, int] | None:
        """Return what the application hears next, if there is anything."""
        if self._heard:
            return self._heard.popleft()
        self._arrived.clear()
        return None

    def over(self) -> tuple[int, str] | None:
        """Return code and reason of the end, if it has come."""
        return self.closed

    async def heard(self) -> None:
        """Wait until there is something."""
        await self._arrived.wait()

    async def drained(self) -> None:
        """Return: a test reads at once."""

    def say_text(self, message: str) -> bool:
        """Send a text to the test. Raises `UnicodeEncodeError` for a lone surrogate."""
        message.encode()
        self.said.put_nowait(message)
        return False

    def say_bytes(self, message: bytes) -> bool:
        """Send bytes to the test."""
        self.said.put_nowait(message)
        return False

    def close(self, code: int, reason: str) -> None:
        """Close it; the other side answers at once."""
        self.end(code, reason)

    def end(self, code: int, reason: str) -> None:
        """End the conversation, whoever wants it. The first code counts."""
        if self.closed is None:
            self.closed = code, reason
            self.give("close", reason, code)
            self.said.put_nowait(None)

