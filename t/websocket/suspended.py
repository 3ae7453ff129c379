"""An ASGI application of sockets and streams that go on for as long as their clients, and hear what others post."""

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable
from typing import Any

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

listeners: set[asyncio.Queue[str]] = set()
ends: dict[str, int] = {}


async def app(scope: Message, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        raise NotImplementedError("no lifespan")
    what = scope["path"].rsplit("/", 1)[1]
    await globals()[what](scope, receive, send)


async def answer(send: Send, text: str) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": text.encode()})


async def state(scope: Message, receive: Receive, send: Send) -> None:
    threads = {thread.name for thread in threading.enumerate()}
    await answer(send, f"pid={os.getpid()} listeners={len(listeners)} threads={len(threads)} {sorted(ends.items())}")


async def post(scope: Message, receive: Receive, send: Send) -> None:
    text = scope["query_string"].decode()
    for listener in listeners:
        listener.put_nowait(text)
    await answer(send, f"told {len(listeners)}")


def note(end: str) -> None:
    ends[end] = ends.get(end, 0) + 1


async def stream(scope: Message, receive: Receive, send: Send) -> None:
    """A stream of events: what was posted; `end` ends it, `fail` breaks it off."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
    await send({"type": "http.response.body", "body": b"data: begins\n\n", "more_body": True})
    gone = asyncio.create_task(until_disconnected(receive))
    queue: asyncio.Queue[str] = asyncio.Queue()
    listeners.add(queue)
    try:
        while True:
            heard = asyncio.create_task(queue.get())
            await asyncio.wait((heard, gone), return_when=asyncio.FIRST_COMPLETED)
            if not heard.done():
                heard.cancel()
                note("disconnected")
                return
            text = heard.result()
            if text == "fail":
                raise LookupError("as posted")
            if text == "end":
                break
            await send({"type": "http.response.body", "body": f"data: {text}\n\n".encode(), "more_body": True})
    finally:
        listeners.discard(queue)
        gone.cancel()
    await send({"type": "http.response.body", "body": b"data: ends\n\n"})
    note("ended")


async def until_disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def socket(scope: Message, receive: Receive, send: Send) -> None:
    """Echoes, and says what was posted."""
    await receive()
    await send({"type": "websocket.accept"})
    queue: asyncio.Queue[str] = asyncio.Queue()
    listeners.add(queue)
    posted = asyncio.create_task(say(queue, send))
    try:
        while (message := await receive())["type"] == "websocket.receive":
            await send({**message, "type": "websocket.send"})
        note(str(message["code"]))
    finally:
        listeners.discard(queue)
        posted.cancel()


async def say(queue: asyncio.Queue[str], send: Send) -> None:
    while True:
        await send({"type": "websocket.send", "text": await queue.get()})


async def flood(scope: Message, receive: Receive, send: Send) -> None:
    """Says more than its client takes; `send` waits."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
    else:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/octet-stream")]})
    ends["flood"] = 0
    try:
        for number in range(200):
            piece = bytes([number % 256]) * 100_000
            if scope["type"] == "websocket":
                await send({"type": "websocket.send", "bytes": piece})
            else:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            ends["flood"] = number
    finally:
        ends["floods that ended"] = ends.get("floods that ended", 0) + 1
    if scope["type"] == "http":
        await send({"type": "http.response.body"})
