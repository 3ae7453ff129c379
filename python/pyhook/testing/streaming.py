"""A response that a test reads while it is being sent, an endless one for example."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from .calling import Outcome, Response, acall, response_of
from .pieces import Pieces

if TYPE_CHECKING:
    from ..records.headers import Headers
    from .request import FakeRequest

PATIENCE = 5.0
"""Seconds that a handler or an application may go on after its client has gone."""


class Stream:
    """An async iterator of the pieces of a response, as `bytes`. An exception of the handler is raised where the
    response breaks off.
    """

    def __init__(self, head: Response, pieces: Pieces, task: asyncio.Task[Response]) -> None:
        self._head = head
        self._pieces = pieces
        self._task = task

    @property
    def status(self) -> int:
        """The status that the client sees."""
        return self._head.status

    @property
    def headers(self) -> Headers:
        """The headers that the client sees."""
        return self._head.headers

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        piece = await self._pieces.next()
        if piece is None:
            self._pieces.end()  # for whoever asks again
            self._task.result()
            raise StopAsyncIteration
        return piece


@asynccontextmanager
async def stream(handler: Callable[[Any], object], request: FakeRequest) -> AsyncIterator[Stream]:
    """`acall` for a response that the test reads in pieces.

        async with stream(events, FakeRequest("GET", "/events")) as response:
            assert await anext(response) == b"data: 0\\n\\n"

    Entering the block waits for the first piece or the end. Leaving it is what happens when the client goes: the task
    is cancelled. Raises `TimeoutError` if it does not end within five seconds then.
    """
    async with streamed(request, acall(handler, request), lambda task: task.cancel()) as response:
        yield response


@asynccontextmanager
async def streamed(
    request: FakeRequest, serving: Coroutine[Any, Any, Response], leave: Callable[[asyncio.Task[Response]], object]
) -> AsyncIterator[Stream]:
    """Serve in a task; `leave` tells it that the client has gone."""
    pieces = request._unread = Pieces()
    task = asyncio.create_task(serving)
    task.add_done_callback(lambda _: pieces.end())
    try:
        await pieces.begun()
        if not request.response_body:
            await task
        yield Stream(task.result() if task.done() else response_of(Outcome(), request), pieces, task)
    finally:
        pieces.abandon()
        await end(task, leave)


async def end(task: asyncio.Task[Any], leave: Callable[[asyncio.Task[Any]], object]) -> None:
    """Let a task end whose client has gone. What it raises then is raised here, unless it is about that.

    Raises `TimeoutError` if it goes on for too long.
    """
    if task.done():
        return
    leave(task)
    await asyncio.wait({task}, timeout=PATIENCE)
    if not task.done():
        task.cancel()
        raise TimeoutError(f"{PATIENCE:g} seconds after its client has gone, the task still runs: {task!r}")
    if not task.cancelled() and not isinstance(error := task.exception(), OSError) and error is not None:
        raise error
