"""Content handlers that go on for as long as their clients, and hear what others post."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator

from pyhook import DECLINED, HTTPError, Request

listeners: set[asyncio.Queue[str]] = set()
ends: dict[str, int] = {}


def note(end: str) -> None:
    ends[end] = ends.get(end, 0) + 1


async def state(req: Request) -> str:
    return f"pid={os.getpid()} listeners={len(listeners)} {sorted(ends.items())}"


async def post(req: Request) -> str:
    for listener in listeners:
        listener.put_nowait(req.args or "")
    return f"told {len(listeners)}"


async def events(req: Request) -> AsyncIterator[str]:
    """A stream of events: what was posted; `end` ends it, `fail` breaks it off."""
    req.content_type = "text/event-stream"
    queue: asyncio.Queue[str] = asyncio.Queue()
    listeners.add(queue)
    try:
        yield "data: begins\n\n"
        while (text := await queue.get()) != "end":
            if text == "fail":
                raise LookupError("as posted")
            yield f"data: {text} {req.uri}\n\n"
        yield "data: ends\n\n"
        note("ended")
    except asyncio.CancelledError:
        note("cancelled")
        raise
    finally:
        listeners.discard(queue)


async def results(req: Request) -> object:
    """Writes, waits until something is posted, and returns what the query names."""
    queue: asyncio.Queue[str] = asyncio.Queue()
    await req.awrite("data: begins\n\n")
    listeners.add(queue)
    try:
        await queue.get()
    finally:
        listeners.discard(queue)
    if req.args == "refused":
        raise HTTPError(403, "too late")
    return {
        "none": None,
        "bytes": b"data: last\n\n",
        "pieces": iter([b"data: ", b"last\n\n"]),
        "declined": DECLINED,
        "number": 3.5,
        "large": large(),
    }[req.args or "none"]


def large() -> Iterator[bytes]:
    """Twenty megabytes; they count in `ends` when they are asked for."""
    for _ in range(200):
        note("piece")
        yield bytes(100_000)


async def flood(req: Request) -> None:
    """Writes more than its client takes: `awrite` waits."""
    req.content_type = "application/octet-stream"
    ends["flood"] = 0
    for number in range(200):
        await req.awrite(bytes(100_000))
        ends["flood"] = number
