"""Shows the body of a request in each phase: its length and a digest."""

from __future__ import annotations

import hashlib
from typing import Any

from pyhook import DECLINED, OK, Request


def digest(body: bytes) -> str:
    return f"{len(body)} {hashlib.sha1(body).hexdigest()}"


def look(req: Request) -> None:
    if "X-Some" in req.headers_in:
        req.read(5)
    elif "X-Look" in req.headers_in:
        req.err_headers_out.add("X-Seen", digest(req.read()))


def handler(req: Request) -> str:
    return digest(req.read())


def redirect(req: Request) -> int:
    req.internal_redirect("/handler")
    return OK


def read_and_redirect(req: Request) -> int:
    """A redirect also takes along the part that was read."""
    req.read(1000)
    req.internal_redirect("/proxied" if "proxied" in req.uri else "/handler")
    return OK


def how_much(req: Request) -> int:
    return int(req.headers_in.get("X-Read", "-1"))


def decline(req: Request) -> int:
    req.err_headers_out.add("X-Declined", digest(req.read(how_much(req))))
    return DECLINED


async def decline_awaiting(req: Request) -> int:
    req.err_headers_out.add("X-Declined", digest(await req.aread(how_much(req))))
    return DECLINED


def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [digest(body).encode()]


def upper(chunk: bytes) -> bytes:
    return chunk.upper()
