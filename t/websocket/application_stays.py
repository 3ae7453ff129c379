"""An ASGI application that goes on after its WebSocket has been closed: a moment, or until a request tells it to leave."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

Message = dict[str, Any]
staying: list[asyncio.Future[None]] = []


async def app(scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]) -> None:
    if scope["type"] == "lifespan":
        raise NotImplementedError("no lifespan")
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        if scope["path"].endswith("closes"):
            await send({"type": "websocket.close", "code": 1000})
        else:
            await receive()
        if scope["path"].endswith("soon"):
            return await asyncio.sleep(0.1)
        staying.append(asyncio.get_running_loop().create_future())
        return await staying[-1]
    text = str(len(staying))
    if scope["path"].endswith("leave"):
        for each in staying:
            each.set_result(None)
        staying.clear()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": text.encode()})
