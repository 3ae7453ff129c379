"""HTTPError in every place where it can be raised; the query names the status."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pyhook
from pyhook import HTTPError, Request


BODY = '{"why": "é", "nul": "\0"}'


def error(req: Request) -> HTTPError:
    """Read a status from the query, and "&body" if the answer has one."""
    status, _, body = (req.args or "451").partition("&")
    error = HTTPError(int(status), "the reason", headers={"X-Why": "told"})
    if body:
        error.body, error.content_type = BODY, "application/problem+json"
    return error


def phase(req: Request) -> int | None:
    """Refuse in the phase that the path names."""
    if req.uri == f"/phase/{req.phase}":
        raise error(req)
    if req.phase == "check_authn" and req.uri == "/phase/check_authz":
        req.user = "somebody"
        return pyhook.OK
    return None


def look_up(req: Request) -> None:
    """After a look-up the response is framed, before anything is sent."""
    if req.main is None:
        req.lookup_uri("/second_piece")


def socket(req: Request, *_: str) -> bool:
    raise error(req)


def content(req: Request) -> str:
    req.read()
    return "the content"


def document(req: Request) -> str:
    assert req.prev
    return f"the document {req.args} for {req.subprocess_env['REDIRECT_STATUS']} of {req.prev.unparsed_uri}"


def iterator(req: Request) -> Iterator[bytes]:
    raise error(req)
    yield b"the content"


def second_piece(req: Request) -> Iterator[bytes]:
    yield b"the content"
    raise error(req)


async def coroutine(req: Request) -> bytes:
    raise error(req)


async def asynchronous(req: Request) -> AsyncIterator[bytes]:
    raise error(req)
    yield b"the content"


def output_filter(f: pyhook.Filter) -> Iterator[bytes | None]:
    yield None
    raise error(f.request)


def early_filter(f: pyhook.Filter) -> Iterator[bytes | None]:
    raise error(f.request)
    yield None


def application(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
    req = environ["pyhook.request"]
    way = environ["PATH_INFO"]
    if way == "/called":
        raise error(req)
    environ["wsgi.input"].read()
    start_response("200 OK", [])
    return pieces(req, way)


def pieces(req: Request, way: str) -> Iterator[bytes]:
    if way == "/iterated":
        raise error(req)
    yield b"the content"
