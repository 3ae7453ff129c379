"""How long a request takes from phase to phase, for a client that asks to know.

    PyHookImport site_timeline
    PyHookOutputFilter TIMELINE site_timeline:body
    PyHookShared timelines 256K

A request with the header `X-Timeline: 0123abcd` is noted under that name for a minute.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import time
from typing import cast

from pyhook import HTTPError, Request, SharedFull, hook, log, phases, shared

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pyhook.handlers import Filter, FilterStream, Phase

NAME = re.compile(r"[0-9a-f]{8,32}")
SECONDS_KEPT = 60
SECONDS_WAITED = 5


@hook("post_read_request")
def begin(req: Request) -> None:
    """Take the times of this request, if its client asks for them."""
    name = req.headers_in.get("X-Timeline", "")
    if NAME.fullmatch(name):
        since = time.time() - req.request_time
        req.state.timeline = name
        req.state.marks = [("request read", time.perf_counter() - since)]


def reached(req: Request, what: str | None = None) -> None:
    """Any phase: note when the request came to it. It says nothing, so whoever is named behind it decides."""
    what = what or req.phase
    if hasattr(req.state, "marks") and req.state.marks[-1][0] != what:
        req.state.marks.append((what, time.perf_counter()))


for phase in phases:
    if phase != "handler":  # other handlers come before this one, and answer
        hook(cast("Phase", phase))(reached)


@hook("insert_filter")
@hook("insert_error_filter")
def watch_the_body(req: Request) -> None:
    """The handler is next. What it sends goes through `body`."""
    if hasattr(req.state, "marks"):
        reached(req, "error page" if req.phase == "insert_error_filter" else "handler")
        req.add_output_filter("TIMELINE")


def body(f: Filter) -> FilterStream:
    """Output filter: note the first and the last piece of the body."""
    chunk = yield None
    reached(f.request, "first byte")
    while chunk is not None:
        chunk = yield chunk
    reached(f.request, "last byte")


@hook("log_transaction")
def keep(req: Request) -> None:
    """The end: the times go where every child finds them."""
    if not hasattr(req.state, "marks"):
        return
    begun = req.state.marks[0][1]
    marks = [(name, round((at - begun) * 1e6)) for name, at in req.state.marks]
    line = {"request": req.the_request, "status": req.status, "child": os.getpid(), "marks": marks}
    try:
        shared["timelines"].set(req.state.timeline, json.dumps(line), ttl=SECONDS_KEPT)
    except SharedFull:
        log("too many timelines: this one is not kept", "notice")


async def show(req: Request) -> str:
    """handler: the times kept under the name below `/timeline/`, in microseconds, as JSON.

    The client has the answer before the request is logged. So wait a moment, which holds no thread of Python's.
    """
    req.content_type = "application/json"
    req.headers_out["Cache-Control"] = "no-store"
    name = req.path_below.removeprefix("/")
    end = time.monotonic() + SECONDS_WAITED
    while NAME.fullmatch(name) and time.monotonic() < end:
        if (line := shared["timelines"].get(name)) is not None:
            return str(line)
        await asyncio.sleep(0.01)
    raise HTTPError(404, "no such timeline")
