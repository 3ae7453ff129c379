"""An ASGI application (asgi.readthedocs.io), on the event loop of its interpreter.

    PyHookASGIAlias /asgi site_asgi:application
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

TEXT = [(b"content-type", b"text/plain; charset=utf-8")]
STEPS = 5
SECONDS_BETWEEN = 0.2


async def application(scope: Message, receive: Receive, send: Send) -> None:
    """A WebSocket that turns round what it is told; for HTTP a page that comes step by step."""
    if scope["type"] == "websocket":
        await turn_round(receive, send)
    elif scope["type"] == "http":
        await step_by_step(scope, send)
    else:
        raise NotImplementedError("no lifespan")


async def turn_round(receive: Receive, send: Send) -> None:
    """Each message goes back the other way round, until the client leaves."""
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        text = message.get("text") or ""
        await send({"type": "websocket.send", "text": text[::-1]})


async def step_by_step(scope: Message, send: Send) -> None:
    """The time, five times in a second. Others use the loop in between."""
    await send({"type": "http.response.start", "status": 200, "headers": TEXT})
    begun = time.monotonic()
    for step in range(1, STEPS + 1):
        line = f"step {step} of {scope['path']} after {time.monotonic() - begun:.1f} s\n"
        await send({"type": "http.response.body", "body": line.encode(), "more_body": True})
        await asyncio.sleep(SECONDS_BETWEEN)
    await send({"type": "http.response.body"})
