"""An ASGI application whose path says what it does with a WebSocket."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from pyhook import Request

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

ends: list[str] = []


async def app(scope: Message, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        raise NotImplementedError("no lifespan")
    what = scope["path"].rsplit("/", 1)[1]
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": " ".join(ends).encode()})
        return
    assert (await receive())["type"] == "websocket.connect"
    await globals()[what](scope, receive, send)


async def echo(scope: Message, receive: Receive, send: Send) -> None:
    protocols = scope["subprotocols"]
    await send({"type": "websocket.accept", "subprotocol": protocols[0] if protocols else None, "headers": [(b"x-one", b"1")]})
    while (message := await receive())["type"] == "websocket.receive":
        await send({**message, "type": "websocket.send"})
    ends.append(f"{message['code']}:{message['reason']}")
    try:
        await send({"type": "websocket.send", "text": "too late"})
    except OSError as error:
        ends.append(type(error).__name__)


async def swallow(scope: Message, receive: Receive, send: Send) -> None:
    await send({"type": "websocket.accept"})
    while (await receive())["type"] == "websocket.receive":
        pass


async def busy(scope: Message, receive: Receive, send: Send) -> None:
    """Keeps its event loop twice for longer than from one ping to the next, and pauses at no `await` between."""
    await send({"type": "websocket.accept"})
    await receive()
    await send({"type": "websocket.send", "text": "ready"})
    await receive()
    for text in ("first", "second"):
        time.sleep(20.5)
        await send({"type": "websocket.send", "text": text})
    while (message := await receive())["type"] == "websocket.receive":
        await send({**message, "type": "websocket.send"})


async def scope_of(scope: Message, receive: Receive, send: Send) -> None:
    await send({"type": "websocket.accept"})
    text = " ".join(f"{key}={scope[key]}" for key in ("scheme", "path", "root_path", "subprotocols", "state"))
    await send({"type": "websocket.send", "text": text})
    await receive()


async def deny(scope: Message, receive: Receive, send: Send) -> None:
    await send({"type": "websocket.close"})


async def page(scope: Message, receive: Receive, send: Send) -> None:
    await send({"type": "websocket.http.response.start", "status": 401, "headers": [(b"x-why", b"stranger")]})
    await send({"type": "websocket.http.response.body", "body": b"who are you?"})


async def impatient(scope: Message, receive: Receive, send: Send) -> None:
    """Waits for a short time, again and again; a `receive` that was cancelled takes no message."""
    await send({"type": "websocket.accept"})
    for _ in range(3):
        try:
            await asyncio.wait_for(receive(), 0.01)
        except asyncio.TimeoutError:
            pass
    await send({"type": "websocket.send", "text": "waited"})
    while True:
        try:
            message = await asyncio.wait_for(receive(), 0.01)
        except asyncio.TimeoutError:
            continue
        if message["type"] == "websocket.disconnect":
            return
        await send({**message, "type": "websocket.send"})


async def eager(scope: Message, receive: Receive, send: Send) -> None:
    """A task receives all the time, as in Quart: it waits for messages before the WebSocket is accepted."""
    hearing = asyncio.ensure_future(receive())
    await asyncio.sleep(0)
    await send({"type": "websocket.accept"})
    await send({**(await hearing), "type": "websocket.send"})


async def talks_on(scope: Message, receive: Receive, send: Send) -> None:
    """An application that never receives hears of the end by `send`."""
    await send({"type": "websocket.accept"})
    try:
        while True:
            await send({"type": "websocket.send", "text": "tick"})
            await asyncio.sleep(0.01)
    except OSError as error:
        ends.append(f"talked:{scope['query_string'].decode()}:{type(error).__name__}")


async def bye(scope: Message, receive: Receive, send: Send) -> None:
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": 4001, "reason": "bye"})


async def bye_at_length(scope: Message, receive: Receive, send: Send) -> None:
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": 4001, "reason": "\xe9" * 100})


async def no_text(scope: Message, receive: Receive, send: Send) -> None:
    """No UTF-8 can be made of a lone surrogate, not even where Python lets one stand for a byte."""
    await send({"type": "websocket.accept"})
    for text in ("\udc80", "\ud800"):
        try:
            await send({"type": "websocket.send", "text": text})
        except UnicodeEncodeError:
            await send({"type": "websocket.send", "text": "refused"})
    try:
        await send({"type": "websocket.close", "code": 4001, "reason": "\udc80"})
    except UnicodeEncodeError:
        await send({"type": "websocket.close", "code": 4001, "reason": "refused"})


async def own_words(scope: Message, receive: Receive, send: Send) -> None:
    """What is between httpd and the client is no header of the application's, but for a subprotocol that is offered."""
    headers = [(b"sec-websocket-extensions", b"permessage-deflate"), (b"sec-websocket-protocol", scope["query_string"])]
    await send({"type": "websocket.accept", "headers": headers})


async def returns(scope: Message, receive: Receive, send: Send) -> None:
    await send({"type": "websocket.accept"})


async def raises(scope: Message, receive: Receive, send: Send) -> None:
    await send({"type": "websocket.accept"})
    raise LookupError("lost my way")


async def raises_first(scope: Message, receive: Receive, send: Send) -> None:
    raise LookupError("lost at once")


async def nothing(scope: Message, receive: Receive, send: Send) -> None:
    pass


async def early(scope: Message, receive: Receive, send: Send) -> None:
    await send({"type": "websocket.send", "text": "before"})


async def strange_subprotocol(scope: Message, receive: Receive, send: Send) -> None:
    await send({"type": "websocket.accept", "subprotocol": "chat\r\nX-Forged: yes"})


async def with_length(scope: Message, receive: Receive, send: Send) -> None:
    await send({"type": "websocket.accept", "headers": [(b"content-length", b"5")]})


def flush(req: Request) -> None:
    req.flush()


async def flushed(scope: Message, receive: Receive, send: Send) -> None:
    await send({"type": "websocket.accept"})


def begin_response(req: Request) -> None:
    req.write("begun")
    req.flush()


async def begun(scope: Message, receive: Receive, send: Send) -> None:
    await send({"type": "websocket.accept"})


async def denied_half(scope: Message, receive: Receive, send: Send) -> None:
    await send({"type": "websocket.http.response.start", "status": 401, "headers": []})
    await send({"type": "websocket.http.response.body", "body": b"half", "more_body": True})
    await send({"type": "websocket.accept"})


async def denied_first(scope: Message, receive: Receive, send: Send) -> None:
    await send({"type": "websocket.http.response.start", "status": 401, "headers": []})
    await send({"type": "websocket.accept"})


async def together(scope: Message, receive: Receive, send: Send) -> None:
    """Two tasks send more than the client takes at once, and two receive."""
    await send({"type": "websocket.accept"})
    await asyncio.gather(*(send({"type": "websocket.send", "bytes": bytes(1_000_000)}) for _ in range(4)))
    heard = await asyncio.gather(receive(), receive())
    await send({"type": "websocket.send", "text": " ".join(sorted(str(message["text"]) for message in heard))})


async def flood(scope: Message, receive: Receive, send: Send) -> None:
    await send({"type": "websocket.accept"})
    for number in range(100):
        await send({"type": "websocket.send", "bytes": bytes([number]) * 100_000})


async def hoard(scope: Message, receive: Receive, send: Send) -> None:
    """Takes nothing of what its client sends."""
    await send({"type": "websocket.accept"})
    await asyncio.sleep(600)
