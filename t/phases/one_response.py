"""Ways to begin a response and ways to end a call: `X-Do: fixups redirect none` in one phase of a request."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from pyhook import DECLINED, DONE, OK, HTTPError, Request, phases

FORGED = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"
LONG = FORGED * 500


def write(req: Request, data: bytes, length: int | None = None) -> None:
    if length is not None:
        req.set_content_length(length)
    req.write(data)


def write_and_flush(req: Request) -> None:
    req.write(FORGED)
    req.flush()


def hint(req: Request) -> None:
    write_and_flush(req)
    req.send_interim_response(103)


def bare(req: Request) -> None:
    """A response that has no body, whatever is written."""
    req.status = 204
    write_and_flush(req)


def include(req: Request) -> None:
    req.lookup_uri("/wire/forged.txt").run()


BEGIN: dict[str, Callable[[Request], Any]] = {
    "nothing": lambda req: None,
    "redirect": lambda req: req.internal_redirect("/wire/forged.txt"),
    "redirect-none": lambda req: req.internal_redirect("/wire/none.txt"),
    "write": lambda req: write(req, FORGED),
    "flush": write_and_flush,
    "long": lambda req: write(req, LONG),
    "longer": lambda req: write(req, LONG, 5),
    "shorter": lambda req: write(req, LONG, 100_000),
    "length": lambda req: req.set_content_length(5),
    "file": lambda req: req.sendfile(f"{req.document_root}/wire/forged.txt"),
    "include": include,
    "look": lambda req: req.lookup_uri("/looked-up"),
    "hint": hint,
    "bare": bare,
}


def fail(error: Exception) -> None:
    raise error


def pieces(req: Request, *then: Exception) -> Iterator[bytes]:
    yield FORGED
    yield LONG
    for error in then:
        raise error


END: dict[str, Callable[[Request], Any]] = {
    "none": lambda req: None,
    "ok": lambda req: OK,
    "declined": lambda req: DECLINED,
    "done": lambda req: DONE,
    "200": lambda req: 200,
    "204": lambda req: 204,
    "302": lambda req: 302,
    "304": lambda req: 304,
    "401": lambda req: 401,
    "403": lambda req: 403,
    "404": lambda req: 404,
    "500": lambda req: 500,
    "error": lambda req: fail(HTTPError(403)),
    "raise": lambda req: fail(ValueError("as asked")),
    "text": lambda req: FORGED,
    "pieces": lambda req: pieces(req),
    "broken": lambda req: pieces(req, ValueError("as asked")),
    "refused": lambda req: pieces(req, HTTPError(403)),
    "again": lambda req: req.internal_redirect("/wire/forged.txt"),
}


def in_looked_up(req: Request) -> Any:
    """What a sub-request does before it is run."""
    try:
        req.internal_redirect("/wire/forged.txt")
    except (ConnectionError, RuntimeError) as error:
        req.log(f"refused: {error}")
    return DECLINED


def act(req: Request) -> Any:
    if req.main is not None and req.uri == "/looked-up" and req.phase == "post_perdir_config":
        return in_looked_up(req)
    phase, _, way = req.headers_in.get("X-Do", "").partition(" ")
    if phase == req.phase and (req.is_initial or (phase == "log_transaction" and req.main is None)):
        begin, _, end = way.partition(" ")
        try:
            BEGIN[begin](req)
        except (ConnectionError, RuntimeError) as error:
            req.log(f"refused: {error}")
        return END[end](req)
    if req.phase == "check_authn" and "X-Stranger" not in req.headers_in:
        req.user = "somebody"
        return OK
    return DECLINED


def way_of(headers: str) -> tuple[str, str]:
    begin, _, end = headers.partition(" ")[2].partition(" ")
    return begin, end


async def begin_async(req: Request, begin: str) -> None:
    """What a coroutine begins with: awrite in place of write, the rest as in any callable."""
    with contextlib.suppress(ConnectionError, RuntimeError):
        if begin == "bare":
            req.status = 204
        if begin in ("longer", "shorter"):
            req.set_content_length(5 if begin == "longer" else 100_000)
        if begin in ("write", "bare", "long", "longer", "shorter"):
            await req.awrite(FORGED if begin in ("write", "bare") else LONG)
        elif begin not in ("flush", "file"):
            BEGIN[begin](req)


async def coroutine(req: Request) -> Any:
    begin, end = way_of(req.headers_in["X-Do"])
    await begin_async(req, begin)
    if end in ("broken", "refused"):
        await req.awrite(FORGED)
        fail(ValueError("as asked") if end == "broken" else HTTPError(403))
    return END[end](req)


async def generator(req: Request) -> AsyncIterator[bytes]:
    begin, end = way_of(req.headers_in["X-Do"])
    await begin_async(req, begin)
    if end in ("error", "raise", "again"):
        END[end](req)
    if end in ("text", "pieces", "broken", "refused"):
        yield FORGED
        yield LONG
    if end in ("broken", "refused"):
        fail(ValueError("as asked") if end == "broken" else HTTPError(403))


def wsgi(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
    """The request's own methods, and then what an application can do."""
    req: Request = environ["pyhook.request"]
    begin, end = way_of(environ["HTTP_X_DO"])
    length = {"longer": "5", "shorter": "100000", "length": "5"}.get(begin)
    try:
        if begin in ("redirect", "redirect-none", "include", "file", "hint"):
            BEGIN[begin](req)
    except (ConnectionError, RuntimeError) as error:
        req.log(f"refused: {error}")
    status = f"{end} As asked" if end.isdigit() else "204 No Content" if begin == "bare" else "200 OK"
    write = start_response(status, [("Content-Length", length)] if length else [])
    with contextlib.suppress(ConnectionError):
        if begin in ("write", "flush", "bare", "long", "longer", "shorter"):
            write(FORGED if begin in ("write", "flush", "bare") else LONG)
    if end in ("error", "raise", "again"):
        END[end](req)
    return {"text": [FORGED], "pieces": pieces(req), "broken": pieces(req, ValueError("as asked")), "refused": pieces(req, HTTPError(403))}.get(end, [])


async def asgi(scope: dict[str, Any], receive: Callable[..., Any], send: Callable[..., Any]) -> None:
    """The same of ASGI; a handshake of a WebSocket is refused by a response, or by closing."""
    if scope["type"] == "lifespan":
        raise NotImplementedError("no lifespan")
    req: Request = scope["extensions"]["pyhook.request"]
    begin, end = way_of(req.headers_in["X-Do"])
    if scope["type"] == "websocket" and end in ("none", "declined"):
        await receive()
        await send({"type": "websocket.close"})
        return
    kind = "websocket.http.response" if scope["type"] == "websocket" else "http.response"
    length = {"longer": b"5", "shorter": b"100000", "length": b"5"}.get(begin)
    with contextlib.suppress(ConnectionError, RuntimeError):
        if begin in ("redirect", "redirect-none", "include"):
            BEGIN[begin](req)
    start = {"type": f"{kind}.start", "status": int(end) if end.isdigit() else 204 if begin == "bare" else 200}
    await send({**start, "headers": [(b"content-length", length)] if length else []})
    if begin in ("write", "flush", "bare", "long", "longer", "shorter"):
        await send({"type": f"{kind}.body", "body": FORGED if begin in ("write", "flush", "bare") else LONG, "more_body": True})
    if begin == "file":
        await send({"type": "http.response.pathsend", "path": f"{req.document_root}/wire/forged.txt"})
    if end in ("error", "raise", "again"):
        END[end](req)
    if end in ("text", "pieces"):
        await send({"type": f"{kind}.body", "body": FORGED})
        await send({"type": f"{kind}.body", "body": LONG})
    elif end in ("broken", "refused"):
        await send({"type": f"{kind}.body", "body": FORGED, "more_body": True})
        fail(ValueError("as asked"))
    elif end != "none":
        await send({"type": f"{kind}.body"})


def second(req: Request) -> str:
    return "the second"


def names(_req: Request) -> str:
    return " ".join(phases)
