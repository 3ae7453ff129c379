"""A page, and a stream of events that never ends by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from pyhook import Request


async def page(req: Request) -> str:
    await asyncio.sleep(0.001)
    return "served\n"


async def events(req: Request) -> AsyncIterator[str]:
    req.content_type = "text/event-stream"
    while True:
        yield "data: now\n\n"
        await asyncio.sleep(0.02)
