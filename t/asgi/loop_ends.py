"""What may befall an event loop and the requests that it serves, for loop_ends.t."""

from __future__ import annotations

import asyncio
import os
import sys
import time

import pyhook

broken: list[str] = []


class Future(asyncio.Future):
    """Can't be resolved, once for each word in `broken`."""

    def set_result(self, result):
        if broken and result == b"break":
            raise LookupError(broken[0])
        super().set_result(result)

    def set_exception(self, exception):
        if broken:
            raise LookupError(broken.pop())
        super().set_exception(exception)


class EventLoop(asyncio.SelectorEventLoop):
    def create_future(self):
        return Future(loop=self)


class Policy(asyncio.DefaultEventLoopPolicy):
    def new_event_loop(self):
        return EventLoop()


asyncio.set_event_loop_policy(Policy())


async def page(req):
    await asyncio.sleep(0)
    return f"served by {os.getpid()}"


async def stops(req):
    asyncio.get_running_loop().stop()
    await asyncio.sleep(0.01)
    return "stopped"


async def exits(req):
    """In code that no request waits for."""
    asyncio.get_running_loop().call_soon({"exit": sys.exit, "interrupt": interrupt}[req.args])
    await asyncio.sleep(0.01)
    return "exited"


async def handles(req):
    """The handler of what nobody catches exits, as that of a program of its own may."""
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: sys.exit("handled"))
    loop.call_soon(sys.exit)
    await asyncio.sleep(0.01)
    loop.set_exception_handler(None)
    return "handled"


async def waits(req):
    print("waits")
    await asyncio.sleep(3600)


async def closes(req):
    """Closes the loop in the moment after it has stopped."""
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: loop.close())
    loop.stop()
    await asyncio.sleep(3600)


def interrupt():
    raise KeyboardInterrupt


async def reads(req):
    print(f"{req.args} reads")
    try:
        body = await req.aread()
    finally:
        print(f"{req.args} has read")
    return f"{len(body)} bytes"


async def blocks(req):
    """Nothing that comes meanwhile is taken before this ends."""
    broken.append("planned")
    print("blocked")
    for _ in range(1500):
        if os.path.exists(req.args):
            break
        time.sleep(0.01)
    return "went on"


async def application(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return
    if scope["type"] == "websocket":
        return await echo(receive, send)
    if scope["path"].endswith("/floods"):
        return await flood(send)
    print("application reads")
    await receive()
    await receive()


async def echo(receive, send):
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": message["text"]})


async def flood(send):
    """More than its client takes: `send` waits."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for number in range(1000):
        await send({"type": "http.response.body", "body": bytes(100_000), "more_body": True})
        if number == 0:
            print("floods")


@pyhook.on_exit
def end():
    print("exit functions run")
