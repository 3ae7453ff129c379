"""A number that all children share, and a stream that tells it whenever it changes.

    PyHookShared clicks 64K
    <Location /click>
        PyHookHandler site_counter:click
    </Location>
    <Location /clicks>
        PyHookHandler site_counter:watch
    </Location>
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from itertools import count

from pyhook import HTTPError, Request, shared

here = count(1)  # a global: each child has its own


def click(req: Request) -> str:
    """handler: count, for all children and for this one."""
    if req.method != "POST":
        req.allow_methods(["POST"], replace=True)
        raise HTTPError(405)
    total = shared["clicks"].incr("total")
    mine = next(here)
    shared["clicks"].set(f"child {os.getpid()}", mine)
    # Or the client would come to the same child again.
    req.subprocess_env["nokeepalive"] = "1"
    req.content_type = "application/json"
    return json.dumps({"total": total, "child": os.getpid(), "here": mine})


async def watch(req: Request) -> AsyncIterator[str]:
    """handler: an event stream of the numbers. Its child need not be the one that counts."""
    req.content_type = "text/event-stream"
    req.headers_out["Cache-Control"] = "no-store"
    clicks = shared["clicks"]
    seen = -1
    while True:
        total = clicks.get("total", 0)
        if total != seen:
            numbers = {key: clicks.get(key) for key in sorted(clicks.keys())}
            yield f"data: {json.dumps({'watcher': os.getpid(), **numbers})}\n\n"
            seen = total
        await asyncio.sleep(0.1)
