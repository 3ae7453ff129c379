"""The handlers of the soaked server."""

from __future__ import annotations

import gc
import hashlib
import os
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import pyhook
from pyhook import Filter, HTTPError, Request

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

    from pyhook.handlers import FilterStream

PIECE = b"0123456789abcdef" * 1024
PIECES = 64


@pyhook.every(seconds=1)
def tick() -> None:
    pyhook.shared["counts"].incr("ticks")


def hello(req: Request) -> str:
    req.headers_out["X-Soak"] = req.interpreter
    return "hello\n"


def look(req: Request) -> None:
    req.state.seen = [*getattr(req.state, "seen", []), req.phase]


def log_field(req: Request) -> int:
    return req.status


def upper(f: Filter) -> FilterStream:
    chunk = yield None
    while chunk is not None:
        chunk = yield chunk.upper()


def echo(req: Request) -> bytes:
    return req.read()


def digest(req: Request) -> str:
    found = hashlib.sha256()
    while piece := req.read(8192):
        found.update(piece)
    return found.hexdigest() + "\n"


def stream(req: Request) -> Iterator[bytes]:
    for _ in range(PIECES):
        yield PIECE


def fails(req: Request) -> None:
    raise RuntimeError("as it should")


def refused(req: Request) -> None:
    raise HTTPError(403)


def count(req: Request) -> str:
    return f"{pyhook.shared['counts'].incr('asked') > 0}\n"


def sub_request(req: Request) -> None:
    req.write("sub ")
    req.lookup_uri("/hello").run()


def check_password(req: Request, user: str, password: str) -> bool:
    return user == password


def lower(req: Request, key: str) -> str:
    return key.lower()


def greet(req: Request, name: str) -> str:
    return f"<{name}>"


def page(req: Request) -> str:
    return '[<!--#pyhook call="greet" arg="Ann" -->]\n'


def choice(req: Request) -> str:
    return "yes"


def references(req: Request) -> str:
    """Return this child, and the count of a debug build of Python in it; 0 in other builds."""
    gc.collect()
    total = getattr(sys, "gettotalrefcount", lambda: 0)()
    return f"{os.getpid()} {total}\n"


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"wsgi ", str(len(body)).encode(), b"\n"]
