"""The client's end of a WebSocket, in the hand of a test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .asgi_exchange import FakeSocketExchange
    from .calling import Response
    from .headers import Headers


class WebSocketRefused(ConnectionError):
    """The handshake got an ordinary response instead; `response` is it."""

    def __init__(self, response: Response) -> None:
        super().__init__(f"the handshake got status {response.status}")
        self.response = response


class WebSocketClosed(ConnectionError):
    """The WebSocket is closed, with this `code` and `reason`."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"closed with code {code} {reason}".rstrip())
        self.code = code
        self.reason = reason


class ClientSocket:
    """Sends messages to a WebSocket application and receives its messages; an async iterator of these until the end."""

    def __init__(self, exchange: FakeSocketExchange, task: asyncio.Task[Any]) -> None:
        self._exchange = exchange
        self._task = task

    @property
    def subprotocol(self) -> str | None:
        """The subprotocol that the application has chosen."""
        return self._exchange.subprotocol

    @property
    def headers(self) -> Headers:
        """The headers that the application has added to the handshake."""
        return self._exchange.enter().headers_out

    async def send(self, message: str | bytes) -> None:
        """Send a text or bytes. Raises `WebSocketClosed` if it is closed."""
        if self._exchange.closed is not None:
            raise WebSocketClosed(*self._exchange.closed)
        self._exchange.give("text" if isinstance(message, str) else "bytes", message)

    async def receive(self) -> str | bytes:
        """Return the application's next message.

        Raises `WebSocketClosed` when there is none any more, and what the application has raised.
        """
        message = await self._exchange.said.get()
        if message is not None:
            return message
        self._exchange.said.put_nowait(None)  # for whoever asks again
        if self._task.done():
            self._task.result()
        raise WebSocketClosed(*(self._exchange.closed or (1006, "")))

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close it as a client does; code 1006 is a connection that is lost. The application hears it."""
        self._exchange.end(code, reason)

    def __aiter__(self) -> AsyncIterator[str | bytes]:
        return self

    async def __anext__(self) -> str | bytes:
        try:
            return await self.receive()
        except WebSocketClosed:
            raise StopAsyncIteration from None
