"""Callables whose time is measured."""

import asyncio
import os
import time


def quick(req):
    return "quick"


def look(req):
    pass


def slow(req):
    time.sleep(0.03)
    return "slow"


def raises(req):
    raise LookupError


def wsgi(environ, start_response):
    start_response("200 OK", [])
    return [b"wsgi"]


async def asgi(scope, receive, send):
    await send({"type": "http.response.start", "status": 200})
    await send({"type": "http.response.body", "body": b"asgi"})


async def coroutine(req):
    return "coroutine"


async def stream(req):
    """Goes on until a file is there."""
    while not os.path.exists(req.args):
        yield "more"
        await asyncio.sleep(0.05)
    yield "end"


def waits(req):
    """Waits for a file."""
    while not os.path.exists(req.args):
        time.sleep(0.01)
    return "waited"


async def blocks(req):
    """Blocks its event loop."""
    return waits(req)


def computes(req):
    """Keeps the GIL."""
    return str(sum(range(300_000)))


def provider(req, argument):
    return "provided"


def echo(req):
    return req.read()


def upper(chunk):
    return chunk.upper()


def lower(chunk):
    return chunk.lower()


def sleepy(f):
    time.sleep(0.1)
    chunk = yield
    while chunk is not None:
        time.sleep(0.1)
        chunk = yield chunk
    time.sleep(0.1)


def raising(_):
    raise LookupError


def leaving(f):
    f.decline()
    yield


def __getattr__(name):
    """There is a callable of any number."""
    if not name.startswith("number"):
        raise AttributeError(name)
    return quick
