"""ASGI applications that fail when they are to shut down, for lifespan.t."""

from __future__ import annotations

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
