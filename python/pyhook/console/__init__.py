"""The console: a page that shows live what the server does in Python.

    <Location /pyhook>
        PyHookHandler pyhook.console:page
        Require local
    </Location>

It shows what root and the server's user get on the control sockets of all children, so it needs `PyHookControl On`. It
reads only, and answers only clients of this machine and those that have logged in.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from pyhook._native import mpm_name
from pyhook.errors import HTTPError

from .access import check, check_origin
from .document import document
from .watch import SECONDS, Watch

if TYPE_CHECKING:
    from pyhook._native import Request

MOST_STREAMS = 16
"""Event streams of a child. Further viewers ask for the data again and again, as where a stream would hold a thread."""

HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

_streams = 0


async def page(req: Request) -> str | bytes | int | None:
    """Answer with the page, or below it with `data.json` or `events`.

    Raises `HTTPError`: 403 for other clients, 405 for other methods than GET and HEAD, 404 for other URLs, 503 without
    `PyHookControl On`.
    """
    check(req)
    for name, value in HEADERS.items():
        req.headers_out[name] = value
    match req.path_below:
        case "":
            raise HTTPError(307, headers={"Location": f"{req.uri.rpartition('/')[2]}/"})
        case "/":
            req.content_type = "text/html; charset=utf-8"
            text, req.headers_out["Content-Security-Policy"] = document()
            return text
        case "/data.json":
            check_origin(req)
            req.content_type = "application/json"
            return await Watch.here().latest(req.uri)
        case "/events":
            check_origin(req)
            return await _events(req)
    raise HTTPError(404)


async def _events(req: Request) -> int | None:
    """A snapshot each second, until the client leaves. 204 tells the page to ask for the data instead."""
    global _streams
    if req.header_only or _streams >= MOST_STREAMS or not _gives_its_thread_back(req):
        return 204
    watch, own = Watch.here(), req.uri
    req.content_type = "text/event-stream"
    _streams += 1
    try:
        await req.awrite("retry: 1000\n\n")
        while True:
            await req.awrite(b"data: " + await watch.latest(own) + b"\n\n")
            await asyncio.sleep(SECONDS)
    except ConnectionError:
        return None
    finally:
        _streams -= 1


def _gives_its_thread_back(req: Request) -> bool:
    """Where httpd can suspend a connection (docs/directives/PyHookSuspendAfter.md)."""
    return mpm_name() == "event" and req.protocol.startswith("HTTP/1")
