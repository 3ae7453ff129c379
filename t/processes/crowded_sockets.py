"""ASGI applications for WebSockets that are many, loud, long or left: the path says what they do."""

import asyncio
import collections
import os
import select
import struct
import sys

numbers = collections.Counter()
hogged = []


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        raise NotImplementedError("no lifespan")
    what = globals()[scope["path"].rsplit("/", 1)[1]]
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
        return await send({"type": "http.response.body", "body": what().encode()})
    await receive()
    await send({"type": "websocket.accept"})
    numbers["open"] += 1
    try:
        await what(scope, receive, send)
    except OSError as error:
        numbers[type(error).__name__] += 1
    finally:
        numbers["open"] -= 1


def count():
    return f"{numbers['open']} open, {numbers['Disconnected']} Disconnected"


def hog():
    """Open files until there is no descriptor left."""
    try:
        while True:
            hogged.append(open(os.devnull))
    except OSError:
        return str(os.getpid())


async def ticks(scope, receive, send):
    """Only send."""
    while True:
        await send({"type": "websocket.send", "text": "tick"})
        await asyncio.sleep(0.01)


async def echo(scope, receive, send):
    """Echo, tell something, or close the files."""
    while (message := await receive())["type"] == "websocket.receive":
        text = message.get("text")
        if text == "free":
            while hogged:
                hogged.pop().close()
        answers = {"pid": str(os.getpid()), "free": "freed", "scheme": scope["scheme"]}
        await send({**message, "type": "websocket.send", **({"text": answers[text]} if text in answers else {})})


async def sleeps(scope, receive, send):
    await send({"type": "websocket.send", "text": "sleeps"})
    await asyncio.sleep(600)


async def loud(scope, receive, send):
    """Send log entries in place of the worker, as fast as httpd takes them."""
    await receive()
    entry = f"\x06loud {scope['query_string'].decode()} ".encode()
    frames = (struct.pack("=II", len(entry), 20) + entry) * 8_000
    exchange = sys.modules["pyhook.worker.exchange"].answered.get()
    await asyncio.to_thread(write_all, exchange._connection.fileno(), frames)
    await send({"type": "websocket.send", "text": "done"})


def write_all(connection, data):
    view = memoryview(data)
    while view:
        select.select([], [connection], [])
        try:
            view = view[os.write(connection, view) :]
        except BlockingIOError:  # there is room, but not for so much
            pass
