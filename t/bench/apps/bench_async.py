"""The same answers by coroutines: a handler, and an ASGI application that other servers run, too."""

from __future__ import annotations

import asyncio

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping
    from typing import Any

    from pyhook import Request

    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]

PLAIN = [(b"content-type", b"text/plain"), (b"content-length", b"12")]
EVENTS = [(b"content-type", b"text/event-stream")]


async def hello(req: Request) -> bytes:
    req.content_type = "text/plain"
    return b"Hello World!"


async def application(scope: Message, receive: Receive, send: Send) -> None:
    """Answer 12 bytes, or, by the path, the events of a stream, or speak WebSocket."""
    if scope["type"] == "websocket":
        await talk(receive, send)
    elif scope["type"] != "http":
        raise NotImplementedError(scope["type"])
    elif scope["path"].endswith("/events"):
        await tell_each_second(send)
    else:
        await send({"type": "http.response.start", "status": 200, "headers": PLAIN})
        await send({"type": "http.response.body", "body": b"Hello World!"})


async def reading(scope: Message, receive: Receive, send: Send) -> None:
    """The same, which first reads the request: hypercorn 0.13 closes the connection if the response is complete before
    it has taken the end of the request.
    """
    if scope["type"] == "http":
        await receive()
    await application(scope, receive, send)


async def tell_each_second(send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": EVENTS})
    try:
        while True:
            await send({"type": "http.response.body", "body": b"data: now\n\n", "more_body": True})
            await asyncio.sleep(1)
    except OSError:
        """The client has gone."""


members: set[Send] = set()


async def talk(receive: Receive, send: Send) -> None:
    """Send back what comes; what begins with 'all' goes to all sockets."""
    await receive()
    await send({"type": "websocket.accept"})
    members.add(send)
    try:
        while (message := await receive())["type"] == "websocket.receive":
            to = list(members) if message["text"].startswith("all") else [send]
            for each in to:
                await each({"type": "websocket.send", "text": message["text"]})
    finally:
        members.discard(send)
