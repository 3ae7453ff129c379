"""Requests that go on without their own thread: tasks of an event loop, and requests in worker processes."""

import asyncio
import os
import threading
import time

computed = threading.Event()
events = {}


def event():
    """That of the running loop."""
    return events.setdefault(asyncio.get_running_loop(), asyncio.Event())


async def waits(req):
    await deeper()
    return "went on\n"


async def deeper():
    await event().wait()


async def application(scope, receive, send):
    if scope["type"] == "http":
        await deeper()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"went on\n"})


async def converses(websocket):
    await websocket.accept()
    await deeper()


async def computes(req):
    compute()
    return "went on\n"


def compute():
    computed.wait(600)


async def wake(req):
    event().set()
    del events[asyncio.get_running_loop()]
    return "awake\n"


def stop_computing(req):
    computed.set()
    return "stopped\n"


def stays(req):
    """Until the file of the query is there."""
    until_there(req.args)
    return "went on\n"


def in_process(environ, start_response):
    """Waits until the file of the query is there."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    until_there(environ["QUERY_STRING"])
    return [b"went on\n"]


def until_there(path):
    while not os.path.exists(path):
        time.sleep(0.02)
