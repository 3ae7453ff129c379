"""WebSockets (RFC 6455): the object that a handler of `PyHookWebSocket` gets, and the messages of an accepted one."""

from __future__ import annotations

from .errors import RequestEnded, WebSocketClosed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable
    from typing import Any, Protocol

    from ._native import Request

    class Accepted(Protocol):
        """A WebSocket in httpd that was accepted."""

        def take(self) -> tuple[str, str | bytes, int] | None: ...
        def over(self) -> tuple[int, str] | None: ...
        def heard(self) -> Awaitable[None]: ...
        def drained(self) -> Awaitable[None]: ...
        def say_text(self, message: str) -> bool: ...
        def say_bytes(self, message: bytes) -> bool: ...
        def close(self, code: int, reason: str) -> None: ...

    class AskedFor(Accepted, Protocol):
        """A WebSocket in httpd that a client asks for."""

        offered: list[str]

        def accept(self, subprotocol: str | None, headers: Iterable[Any]) -> None: ...
        def report(self, exception: BaseException) -> None: ...


def report(exchange: AskedFor, error: BaseException) -> None:
    """Log what was raised after a WebSocket was accepted, when no client can be told."""
    try:
        exchange.report(error)
    except RequestEnded:  # httpd has not waited for it
        from . import loops  # its asyncio costs more than the rest of the package

        loops.report("an exception was raised while a WebSocket was served", error)


class Conversation:
    """The messages of an accepted WebSocket, in both directions."""

    def __init__(self, exchange: Accepted) -> None:
        self._exchange = exchange
        self._is_heard = False  # all that the client has sent
        self._seen = False  # the end, by the last look
        self._hearing = 0  # tasks that wait in `hear`
        self.closed = False  # nothing can be sent any more
        self.end: tuple[int, str] | None = None  # code and reason

    async def hear(self) -> str | bytes | None:
        """Return the next message of the client; at the end None."""
        self._seen = False
        while not self._is_heard:
            taken = self._exchange.take()
            if taken is None:
                self._hearing += 1
                try:
                    await self._exchange.heard()
                finally:
                    self._hearing -= 1
            elif taken[0] == "close":
                self._is_heard = True
                self._note_end(taken[2], str(taken[1]))
            else:
                return taken[1]
        return None

    def look(self) -> None:
        """Note the end for a task that only sends, however much of what the client has sent is still to be heard.

        The second look counts: a task that sends an answer and then hears is not disturbed.
        """
        if self._hearing or self.end is not None:
            return
        over = self._exchange.over()
        if over is not None and self._seen:
            self._note_end(*over)
        self._seen = over is not None

    def _note_end(self, code: int, reason: str) -> None:
        self.closed = True
        self.end = code, reason

    def say(self, message: str | bytes) -> bool:
        """Send a message. If the result is true, much is left to be sent: await `drained()`."""
        return self._exchange.say_text(message) if isinstance(message, str) else self._exchange.say_bytes(message)

    def drained(self) -> Awaitable[None]:
        """Wait until little is left to be sent."""
        return self._exchange.drained()

    def close(self, code: int, reason: str) -> None:
        """Send a close frame. Nothing is sent after it. Raises `ValueError` for a code that may not be sent."""
        if not (1000 <= code <= 1014 and code not in (1004, 1005, 1006)) and not 3000 <= code <= 4999:
            raise ValueError(f"{code} is no code of a close frame (1000 to 1014 but some, 3000 to 4999)")
        self._exchange.close(code, reason)
        self.closed = True


def accept(exchange: AskedFor, subprotocol: str | None, headers: Iterable[Any]) -> Conversation:
    """Answer the handshake with 101.

    Raises `ValueError` for a subprotocol that the client does not offer: it would drop the connection (RFC 6455 §4.1).
    """
    if subprotocol is not None and subprotocol not in exchange.offered:
        raise ValueError(f"the client does not offer the subprotocol {subprotocol!r}, only {exchange.offered}")
    exchange.accept(subprotocol, headers)
    return Conversation(exchange)


class WebSocket:
    """A WebSocket that the client asks for, and the conversation after `accept`; made by httpd for `PyHookWebSocket`.

        async def echo(ws: WebSocket) -> None:
            await ws.accept()
            async for message in ws:
                await ws.send(message)
    """

    subprotocols: tuple[str, ...]
    """The subprotocols that the client offers, in its order (`Sec-WebSocket-Protocol`, RFC 6455 §11.3.4)."""

    subprotocol: str | None
    """The subprotocol that `accept` has chosen."""

    def __init__(self, exchange: AskedFor, request: Request, subprotocols: Iterable[str] = ()) -> None:
        self._request = request
        self.subprotocols = tuple(subprotocols)
        self.subprotocol = None
        self._exchange = exchange
        self._conversation: Conversation | None = None

    @property
    def request(self) -> Request:
        """The request that asks for the WebSocket; it has passed all phases before the handler.

        Raises `RuntimeError` after `accept`, when the connection speaks no HTTP any more.
        """
        if self.accepted:
            raise RuntimeError("the WebSocket is accepted: take what you need of its request before")
        return self._request

    @property
    def accepted(self) -> bool:
        """Has `accept` been called?"""
        return self._conversation is not None

    @property
    def closed(self) -> bool:
        """Has either side closed the WebSocket, or was the client lost?"""
        return self._conversation is not None and self._conversation.closed

    @property
    def close_code(self) -> int | None:
        """The code with which the client has closed (RFC 6455 §7.4); 1005 if it gave none, 1006 if it was lost.

        None before `receive` or the iteration has come to that end.
        """
        return None if self._conversation is None or self._conversation.end is None else self._conversation.end[0]

    @property
    def close_reason(self) -> str:
        """The reason that came with `close_code`, or ""."""
        return "" if self._conversation is None or self._conversation.end is None else self._conversation.end[1]

    async def accept(self, subprotocol: str | None = None) -> None:
        """Answer the handshake with 101, with the headers in `request.headers_out`.

        `subprotocol`: one of `subprotocols`. Raises `ValueError` for another one. Raises `RuntimeError` if the
        WebSocket was accepted before, or if another response has begun.
        """
        if self._conversation is not None:
            raise RuntimeError("the WebSocket is accepted already")
        self._conversation = accept(self._exchange, subprotocol, ())
        self.subprotocol = subprotocol

    async def receive(self) -> str | bytes:
        """Return the next message of the client: str for text, bytes for binary.

        Raises `WebSocketClosed` when no message follows, and `RuntimeError` before `accept`.
        """
        message = await self._accepted().hear()
        if message is None:
            raise self._end()
        return message

    async def send(self, message: str | bytes | bytearray | memoryview) -> None:
        """Send a text or a binary message. Return when less than 64 KB wait for the client.

        Raises `WebSocketClosed` if the WebSocket has ended, and `RuntimeError` before `accept`.
        """
        conversation = self._accepted()
        conversation.look()
        if conversation.closed:
            raise self._end()
        if not isinstance(message, (str, bytes, bytearray, memoryview)):
            raise TypeError(f"a message is str or bytes, not {type(message).__name__}")
        if conversation.say(message if isinstance(message, (str, bytes)) else bytes(message)):
            await conversation.drained()

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close the WebSocket; a second call does nothing.

        `code`: 1000 to 1014, but not 1004, 1005 and 1006, or 3000 to 4999 (RFC 6455 §7.4). Raises `ValueError` for
        another one. `reason`: at most 123 bytes of UTF-8 are sent. Raises `RuntimeError` before `accept`: to refuse a
        client, raise `HTTPError`.
        """
        conversation = self._accepted()
        if not conversation.closed:
            conversation.close(code, reason)

    def __aiter__(self) -> WebSocket:
        """Iterate over the messages of the client, until the WebSocket ends."""
        return self

    async def __anext__(self) -> str | bytes:
        message = await self._accepted().hear()
        if message is None:
            raise StopAsyncIteration
        return message

    def _accepted(self) -> Conversation:
        if self._conversation is None:
            raise RuntimeError("the WebSocket is not accepted yet: await accept() first")
        return self._conversation

    def _end(self) -> WebSocketClosed:
        code = self.close_code
        return WebSocketClosed(1005 if code is None else code, self.close_reason)
