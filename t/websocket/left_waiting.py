"""An ASGI application that ends while it still waits for a message of its WebSocket."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

Message = dict[str, Any]
left: list[asyncio.Future[Message]] = []


async def app(scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]) -> None:
    if scope["type"] == "lifespan":
        raise NotImplementedError("no lifespan")
    await receive()
    await send({"type": "websocket.accept"})
    waits = asyncio.ensure_future(receive())
    await asyncio.sleep(0.01)
    if scope["path"].endswith("given_up"):
        waits.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await waits
    elif scope["path"].endswith("still_waits"):
        left.append(waits)
    else:
        raise LookupError("left")
