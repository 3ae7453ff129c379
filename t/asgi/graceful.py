"""A page, a stream of events that never ends by itself, and WebSockets that answer what they hear."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from pyhook import Request, WebSocket

Message = dict[str, Any]


async def page(req: Request) -> str:
    await asyncio.sleep(0.001)
    return "served\n"


async def events(req: Request) -> AsyncIterator[str]:
    req.content_type = "text/event-stream"
    while True:
        yield "data: now\n\n"
        await asyncio.sleep(0.02)


async def echo(ws: WebSocket) -> None:
    await ws.accept()
    async for message in ws:
        await ws.send(message)


async def sockets(scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]) -> None:
    if scope["type"] == "lifespan":
        raise NotImplementedError("no lifespan")
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({**message, "type": "websocket.send"})
