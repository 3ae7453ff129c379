"""Ways to begin a response and ways to end a call: `X-Do: fixups redirect none` in one phase of a request."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pyhook import DECLINED, DONE, OK, HTTPError, Request

FORGED = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"
LONG = FORGED * 500


def write(req: Request, data: bytes, length: int | None = None) -> None:
    if length is not None:
        req.set_content_length(length)
    req.write(data)


def write_and_flush(req: Request) -> None:
    req.write(FORGED)
    req.flush()


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
    "304": lambda req: 304,
    "403": lambda req: 403,
    "500": lambda req: 500,
    "error": lambda req: fail(HTTPError(403)),
    "raise": lambda req: fail(ValueError("as asked")),
    "text": lambda req: FORGED,
    "pieces": lambda req: pieces(req),
    "broken": lambda req: pieces(req, ValueError("as asked")),
    "refused": lambda req: pieces(req, HTTPError(403)),
    "again": lambda req: req.internal_redirect("/wire/forged.txt"),
}


def act(req: Request) -> Any:
    phase, _, way = req.headers_in.get("X-Do", "").partition(" ")
    if phase == req.phase and req.is_initial:
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


def second(req: Request) -> str:
    return "the second"
