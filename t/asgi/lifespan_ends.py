"""ASGI applications whose lifespan is wrong, or fails when they are to shut down, for lifespan.t."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


async def serve(send: Send) -> None:
    await send({"type": "http.response.start", "status": 200})
    await send({"type": "http.response.body", "body": b"served"})


async def live(receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()


async def insists(scope: Message, receive: Receive, send: Send) -> None:
    """Says twice that it has started, and goes on."""
    if scope["type"] != "lifespan":
        return await serve(send)
    await receive()
    await send({"type": "lifespan.startup.complete"})
    try:
        await send({"type": "lifespan.startup.complete"})
    except RuntimeError:
        pass
    await receive()
    print("it shuts down all the same")
    await send({"type": "lifespan.shutdown.complete"})


async def breaks(scope: Message, receive: Receive, send: Send) -> None:
    if scope["type"] != "lifespan":
        return await serve(send)
    await receive()
    await send({"type": "lifespan.startup.complete"})
    raise LookupError("between start and end")


async def cancelled(scope: Message, receive: Receive, send: Send) -> None:
    if scope["type"] != "lifespan":
        return await serve(send)
    raise asyncio.CancelledError  # as one that awaits a task that was cancelled


async def plain(scope: Message, receive: Receive, send: Send) -> None:
    """Knows nothing but requests: this is the answer to a lifespan, too."""
    await serve(send)


async def fails(scope: Message, receive: Receive, send: Send) -> None:
    if scope["type"] != "lifespan":
        return await serve(send)
    await live(receive, send)
    await send({"type": "lifespan.shutdown.failed", "message": "the disk is full"})


async def raises(scope: Message, receive: Receive, send: Send) -> None:
    if scope["type"] != "lifespan":
        return await serve(send)
    await live(receive, send)
    raise LookupError("nowhere to write")
