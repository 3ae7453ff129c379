"""The tasks of handlers that serve WebSockets (`PyHookWebSocket`), on the event loop of their interpreter."""

from __future__ import annotations

import asyncio
import inspect

from . import loops
from .errors import HTTPError
from .websocket import WebSocket, report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Protocol

    from .loops import Exchange
    from .websocket import AskedFor

    Handler = Callable[[WebSocket], Awaitable[object]]

    class SocketExchange(Exchange, AskedFor, Protocol):
        """A request for a WebSocket, whose thread waits for its handler."""

        is_accepted: bool

        def ended(self) -> asyncio.Future[None]: ...


PATIENCE = 10.0
"""Seconds that a handler may go on after its WebSocket has ended. Then its task is cancelled."""


def begin(exchange: SocketExchange, handler: Handler) -> Callable[[], bool]:
    """Start the task of a WebSocket; return the function that ends it: the client has gone, or the server stops.

    The handler of an accepted WebSocket hears the end. One that has not accepted yet is cancelled.
    """
    ending = _Ending(exchange, loops.start_kept(exchange, _serve(exchange, handler)))
    exchange.ended().add_done_callback(lambda _: _limit(ending.task))
    return ending.end


class _Ending:
    """How the task of a WebSocket is told that it ends."""

    def __init__(self, exchange: SocketExchange, task: asyncio.Task[None]) -> None:
        self.task = task
        self._exchange = exchange

    def end(self) -> bool:
        if not self._exchange.is_accepted:
            return self.task.cancel()
        self._exchange.close(1001, "")
        return True


def _limit(task: asyncio.Task[None]) -> None:
    """Cancel the task after a while: it may wait for something else than its client."""
    if not task.done():
        timer = task.get_loop().call_later(PATIENCE, task.cancel)
        task.add_done_callback(lambda _: timer.cancel())


async def _serve(exchange: SocketExchange, handler: Handler) -> None:
    socket = WebSocket(exchange, exchange.enter(), exchange.offered)
    try:
        result = handler(socket)
        if not inspect.isawaitable(result):
            raise TypeError("a handler of PyHookWebSocket is a coroutine function: write async def")
        answer = await result
        if not socket.accepted:
            raise refusal(answer)
    except BaseException as error:
        _fail(exchange, socket, error)
    else:
        await socket.close()
        exchange.finish(None)


def refusal(answer: object) -> Exception:
    """Return the exception for what a handler has returned without accepting."""
    if isinstance(answer, int) and not isinstance(answer, bool) and 300 <= answer <= 599:
        return HTTPError(answer)
    return RuntimeError(f"returned {answer!r} without having accepted: expected accept(), HTTPError, or a status from 300 to 599")


def _fail(exchange: SocketExchange, socket: WebSocket, error: BaseException) -> None:
    if not socket.accepted:
        exchange.fail(loops.reason_of(exchange, error))
        return
    if not isinstance(error, (ConnectionError, asyncio.CancelledError)):
        report(exchange, error)
    if not socket.closed:
        exchange.close(1011, "")
    exchange.finish(None)
