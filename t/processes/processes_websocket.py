"""ASGI applications whose WebSockets in worker processes are tested: the path says what they do."""

import asyncio
import os
import socket
import struct
import sys

ends = []
numbers = {"said": 0, "open": 0}


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        return await live(receive, send)
    what = scope["path"].rsplit("/", 1)[1]
    if scope["type"] == "http":
        text = {"pid": str(os.getpid()), "ends": " ".join(ends), **{name: str(number) for name, number in numbers.items()}}[what]
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
        return await send({"type": "http.response.body", "body": text.encode()})
    await receive()
    await send({"type": "websocket.accept"})
    numbers["open"] += 1
    try:
        await globals()[what](scope, receive, send)
    finally:
        numbers["open"] -= 1


async def live(receive, send):
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})


async def echo(scope, receive, send):
    while (message := await receive())["type"] == "websocket.receive":
        await send({**message, "type": "websocket.send"})
    ends.append(str(message["code"]))
    print(f"{os.getpid()} hears {message['code']}")


async def flood(scope, receive, send):
    """Say more than a client takes that does not read."""
    numbers["said"] = 0
    for _ in range(400):
        await send({"type": "websocket.send", "bytes": bytes(100_000)})
        numbers["said"] += 1


async def hoard(scope, receive, send):
    """Take nothing until the gate is opened."""
    numbers["hoards"] = 1
    while not os.path.exists(os.environ["HOARD_MARK"]):
        await asyncio.sleep(0.05)
    size = 0
    while (message := await receive())["type"] == "websocket.receive":
        size += len(message["bytes"])
        if size == 40_000_000:
            await send({"type": "websocket.send", "text": "all"})


async def long(scope, receive, send):
    try:
        await send({"type": "websocket.send", "bytes": bytes(16 * 1024 * 1024 + 1)})
    except ValueError as error:
        await send({"type": "websocket.send", "text": str(error)})
    await send({"type": "websocket.send", "bytes": bytes(16 * 1024 * 1024)})


async def lasts(scope, receive, send):
    """Go on after the end of the WebSocket."""
    await receive()
    print(f"{os.getpid()} goes on")
    await asyncio.sleep(600)


async def forged(scope, receive, send):
    """Send what no process sends, in place of the worker, and then hang."""

    def frame(kind, payload):
        return struct.pack("=II", len(payload), kind) + payload

    code = struct.pack("=H", 1000)
    frames = {
        "rubbish": b"\xff" * 100,
        "long": struct.pack("=II", 0x7FFFFFFF, 26),
        "type": frame(99, b""),
        "head": frame(17, b"200\0"),
        "data": frame(18, b"x"),
        "fail": frame(21, b"500\0\0\0\0"),
        "again": frame(23, b""),
        "accept": frame(25, b"\0"),
        "empty": frame(26, b""),
        "marks": frame(26, b"\x08x"),
        "utf8": frame(26, b"\x01\xff"),
        "half": frame(26, b"\x01\xc3"),
        "other": frame(26, b"\x03a") + frame(26, b"\x00b"),
        "much": frame(26, b"\x02" + bytes(500_000)) * 40,
        "took": frame(28, b"\x01"),
        "counted": frame(28, struct.pack("=II", 1, 0)),
        "code": frame(27, struct.pack("=H", 1005)),
        "short": frame(27, b"\x01"),
        "reason": frame(27, code + b"\xff"),
        "log": frame(20, b""),
        "metric": frame(24, b"x"),
    }
    exchange = sys.modules["pyhook.worker.exchange"].answered.get()
    with socket.socket(fileno=os.dup(exchange._connection.fileno())) as connection:
        connection.setblocking(True)
        try:
            await asyncio.to_thread(connection.sendall, frames[scope["query_string"].decode()])
        except OSError:
            pass  # httpd has heard enough
    ends.append(f"forged:{(await receive())['code']}")
