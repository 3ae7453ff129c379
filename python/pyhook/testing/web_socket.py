"""The client's end of a WebSocket, in the hand of a test."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from ..errors import WebSocketClosed
from ..socket_tasks import refusal
from ..websocket import WebSocket
from .asgi_exchange import FakeSocketExchange
from .calling import Response, calling, response_of
from .streaming import end

if TYPE_CHECKING:
    from ..records.headers import Headers
    from .request import FakeRequest


class WebSocketRefused(ConnectionError):
    """The handshake got an ordinary response instead; `response` is it."""

    def __init__(self, response: Response) -> None:
        super().__init__(f"the handshake got status {response.status}")
        self.response = response


class ClientSocket:
    """Sends messages to a handler or application and receives its messages; an async iterator of these until the end."""

    def __init__(self, exchange: FakeSocketExchange, task: asyncio.Task[Any]) -> None:
        self._exchange = exchange
        self._task = task

    @property
    def subprotocol(self) -> str | None:
        """The subprotocol that the handler has chosen."""
        return self._exchange.subprotocol

    @property
    def headers(self) -> Headers:
        """The headers that the handler has added to the handshake."""
        return self._exchange.enter().headers_out

    async def send(self, message: str | bytes) -> None:
        """Send a text or bytes. Raises `WebSocketClosed` if it is closed."""
        if self._exchange.closed is not None:
            raise WebSocketClosed(*self._exchange.closed)
        self._exchange.give("text" if isinstance(message, str) else "bytes", message)

    async def receive(self) -> str | bytes:
        """Return the next message.

        Raises `WebSocketClosed` when there is none any more, and what the handler has raised.
        """
        message = await self._exchange.said.get()
        if message is not None:
            return message
        self._exchange.said.put_nowait(None)  # for whoever asks again
        if self._task.done():
            self._task.result()
        raise WebSocketClosed(*(self._exchange.closed or (1006, "")))

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close it as a client does; code 1006 is a connection that is lost. The handler hears it."""
        self._exchange.end(code, reason)

    def __aiter__(self) -> AsyncIterator[str | bytes]:
        return self

    async def __anext__(self) -> str | bytes:
        try:
            return await self.receive()
        except WebSocketClosed:
            raise StopAsyncIteration from None


@asynccontextmanager
async def websocket(handler: Callable[[WebSocket], object], request: FakeRequest) -> AsyncIterator[ClientSocket]:
    """Connect a WebSocket to a handler of `PyHookWebSocket`.

        async with websocket(shout, FakeRequest("GET", "/shout")) as socket:
            await socket.send("hello")
            assert await socket.receive() == "HELLO"

    The header `Sec-WebSocket-Protocol` of the request offers subprotocols. Leaving the block closes the WebSocket with
    code 1001, as a browser that leaves a page. What the handler raises reaches the test, but `WebSocketRefused` stands
    for an `HTTPError` or a status instead of `accept`. Raises `TimeoutError` if it goes on for five seconds after the
    end.
    """
    exchange = FakeSocketExchange(request)
    async with connected(exchange, _serve(handler, request, exchange)) as socket:
        yield socket


async def _serve(handler: Callable[[WebSocket], object], request: FakeRequest, exchange: FakeSocketExchange) -> Response:
    socket = WebSocket(exchange, request, exchange.offered)
    with calling(request, "handler") as outcome:
        try:
            result = handler(socket)
            if not inspect.isawaitable(result):
                raise TypeError("a handler of PyHookWebSocket is a coroutine function: write async def")
            answer = await result
            if not socket.accepted:
                raise refusal(answer)
        except WebSocketClosed:
            pass
        finally:
            exchange.end(1000, "")
    return response_of(outcome, request)


@asynccontextmanager
async def connected(exchange: FakeSocketExchange, serving: Coroutine[Any, Any, Response]) -> AsyncIterator[ClientSocket]:
    """Serve in a task. Raises `WebSocketRefused` if it ends without having accepted."""
    task = asyncio.create_task(serving)
    accepted = asyncio.create_task(exchange.accepted.wait())
    await asyncio.wait({task, accepted}, return_when=asyncio.FIRST_COMPLETED)
    accepted.cancel()
    if not exchange.accepted.is_set():
        raise WebSocketRefused(task.result())
    try:
        yield ClientSocket(exchange, task)
    finally:
        await end(task, lambda _: exchange.end(1001, ""))
    task.result()
