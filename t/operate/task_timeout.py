"""Coroutines that do not end by themselves."""

import asyncio
import os

events = []


async def wait(req):
    try:
        await deeper()
    finally:
        events.append("wait cleaned up")


async def deeper():
    await asyncio.sleep(600)


async def deaf(req):
    while True:
        try:
            await asyncio.sleep(600)
        except asyncio.CancelledError:
            pass


async def application(scope, receive, send):
    if scope["type"] == "http":
        await asyncio.Event().wait()
    if scope["type"] == "websocket":
        await deeper()


async def hesitate(websocket):
    await deeper()


async def converse(websocket):
    await websocket.accept()
    await asyncio.sleep(1.5)
    await websocket.send("finished")


async def stream(req):
    req.content_type = "text/event-stream"
    for number in range(4):
        yield f"data: {number}\n\n"
        await asyncio.sleep(0.3)


async def read(req):
    return f"{len(await req.aread())} bytes\n"


async def slow(req):
    """Goes on until there is a file of this name."""
    while not os.path.exists(req.args):
        await asyncio.sleep(0.02)
    return "ended\n"


def told(req):
    return "".join(f"{event}\n" for event in events)
