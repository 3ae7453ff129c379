"""Runs a coroutine or an async generator of a content handler on the event loop of the process.

The thread that serves the request waits meanwhile, and does for the coroutine what blocks: it reads and sends.
"""

from __future__ import annotations

import asyncio
import queue
from collections.abc import AsyncGenerator, AsyncIterator
from typing import cast

from ..records.answer import default_type
from . import streams
from .exchange import answered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any

    from . import frames
    from .exchange import Exchange
    from .request import Request

    Target = Awaitable[object] | AsyncIterator[bytes | str]

_LOOK = 0.25
"""Seconds after which the waiting thread can be interrupted."""


class Custody:
    """Belongs to one request, from the first step of its coroutine to the last."""

    def __init__(self, loop: asyncio.AbstractEventLoop, request: Request, connection: frames.Connection) -> None:
        self._loop = loop
        self._request = request
        self._connection = connection
        self._errands: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self.is_open = True
        """True if entries of the log may name the request."""

    def run(self, target: Target) -> object:
        """Return the coroutine's result, or raise its exception. The serving thread calls it."""
        future = asyncio.run_coroutine_threadsafe(self._serve(target), self._loop)
        future.add_done_callback(lambda _: self._errands.put(None))
        try:
            while (errand := self._next()) is not None:
                errand()
            return future.result()
        finally:
            self.is_open = False
            future.cancel()
            streams.end(cast("Exchange", self))

    def do(self, action: Callable[[], Any]) -> asyncio.Future[Any]:
        """Let the serving thread do something; return a future of its result."""
        waiting = self._loop.create_future()

        def settle(result: Any, error: BaseException | None) -> None:
            if waiting.done():
                return
            if error is None:
                waiting.set_result(result)
            else:
                waiting.set_exception(error)

        def errand() -> None:
            try:
                result = action()
            except Exception as error:
                self._loop.call_soon_threadsafe(settle, None, error)
            else:
                self._loop.call_soon_threadsafe(settle, result, None)

        self._errands.put(errand)
        return waiting

    def send(self, frame: bytes) -> None:
        """Send an entry of the log."""
        self._errands.put(lambda: self._connection.send(frame))

    def _next(self) -> Callable[[], None] | None:
        while True:
            try:
                return self._errands.get(timeout=_LOOK)
            except queue.Empty:  # an exception may have come for this thread
                pass

    async def _serve(self, target: Target) -> object:
        answered.set(cast("Exchange", self))
        try:
            if not isinstance(target, AsyncIterator):
                return await target
            await self._send_pieces(target)
            return None
        finally:
            streams.flush()

    async def _send_pieces(self, pieces: AsyncIterator[bytes | str]) -> None:
        try:
            async for piece in pieces:
                default_type(piece, self._request)
                await self._request.awrite(piece)
        finally:
            if isinstance(pieces, AsyncGenerator):
                await pieces.aclose()
