"""ASGI applications whose life in worker processes is tested."""

import asyncio
import os
import socket
import struct
import sys
import time

gate = asyncio.Event() if sys.version_info >= (3, 10) else None
heard = []


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        return await live(receive, send)
    await globals()[scope["path"].rsplit("/", 1)[1]](scope, receive, send)


async def live(receive, send):
    await receive()
    mark = os.environ.get("BROKEN_MARK", "")
    if os.path.exists(mark):
        return await send({"type": "lifespan.startup.failed", "message": "the database is closed"})
    await send({"type": "lifespan.startup.complete"})
    await receive()
    print(f"the application of {os.getpid()} has shut down")
    await send({"type": "lifespan.shutdown.complete"})


async def answer(send, text):
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": text.encode()})


async def pid(scope, receive, send):
    await answer(send, str(os.getpid()))


def admit(req):
    """In httpd's child."""
    req.user = "ada"
    return 0


async def user(scope, receive, send):
    await answer(send, ",".join(value.decode() for name, value in scope["headers"] if name == b"x-remote-user"))


async def waits(scope, receive, send):
    """Answer when another request has opened the gate."""
    await gate.wait()
    await answer(send, "opened")


async def opens(scope, receive, send):
    gate.set()
    await answer(send, "open")


async def events(scope, receive, send):
    """End when the client has gone, or the process is about to end."""
    print(f"{scope['method']} events begin")
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
    over = asyncio.ensure_future(until_disconnected(receive))
    while not over.done():
        await send({"type": "http.response.body", "body": b"data: now\n\n", "more_body": True})
        await asyncio.wait({over}, timeout=0.05)
    print(f"{scope['method']} events end")


async def until_disconnected(receive):
    while (await receive())["type"] != "http.disconnect":
        pass


async def hangs(scope, receive, send):
    print(f"{scope['path']} begins")
    await asyncio.sleep(60)


async def stubborn(scope, receive, send):
    """Can't be cancelled."""
    while True:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            pass


async def blocks(scope, receive, send):
    """Let no other task run."""
    time.sleep(60)


async def dies(scope, receive, send):
    os._exit(3)


async def large(scope, receive, send):
    await answer(send, "x" * 5_000_000)


async def prints(scope, receive, send):
    print("printed by", end=" ")
    await asyncio.sleep(0)
    print("one task")
    await answer(send, "printed")


async def forged(scope, receive, send):
    """Send what no process sends, in place of the worker, and then hang."""
    kind = scope["query_string"].decode()
    frames = {
        "rubbish": b"\xff" * 100,
        "long": struct.pack("=II", 0x7FFFFFFF, 18),
        "type": struct.pack("=II", 0, 99),
        "body": struct.pack("=II", 1, 18) + b"x",
        "half": struct.pack("=II", 100, 17) + b"200",
        "header": struct.pack("=II", 21, 17) + b"200\0X-Bad\0a\r\nEvil: 1\0",
        "file": struct.pack("=II", 4, 17) + b"200\0" + struct.pack("=IIQQ", 16, 19, 0, 100),
    }
    exchange = sys.modules["pyhook.worker.exchange"].answered.get()
    with socket.socket(fileno=os.dup(exchange._connection.fileno())) as connection:
        connection.send(frames[kind])
    await asyncio.sleep(60)
