"""Content handlers that run in httpd's child and in worker processes; the query names what one does."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import unquote_to_bytes

import pyhook
from pyhook import DECLINED, HTTPError, Request

kept: list[Request] = []
done: list[str] = []


def own(req: Request) -> Any:
    name, _, argument = (req.args or "").partition("=")
    return globals()[name](req, argument)


class Instance:
    def __call__(self, req: Request) -> str:
        return f"{type(req).__name__} {isinstance(req, Request)} {pyhook.current_request() is req}"


def text(req: Request, size: str) -> str:
    return "é" * int(size)


def whole(req: Request, size: str) -> bytes:
    return b"x" * int(size)


def pieces(req: Request, count: str) -> Iterator[str | bytes]:
    try:
        for number in range(int(count)):
            yield b"piece\n" if number % 2 else f"piece {number}\n"
    finally:
        req.log("the iterator is closed")


def broken(req: Request, _: str) -> Iterator[str]:
    yield "first"
    req.flush()
    raise ValueError("in the middle")


def long(req: Request, _: str) -> str:
    req.set_content_length(3)
    return "longer"


def short(req: Request, _: str) -> None:
    req.set_content_length(30)
    req.write("shorter")
    req.flush()


def silent(req: Request, _: str) -> str:
    req.set_content_length(30)
    return "its own length"


def marks(req: Request, _: str) -> str:
    req.user = "ada"
    req.notes["said"] = "noted"
    req.subprocess_env["no-gzip"] = "1"
    req.headers_out.add("X-Two", "1")
    req.headers_out.add("X-Two", "2")
    req.err_headers_out["X-Always"] = "yes"
    return "marked"


def late(req: Request, _: str) -> None:
    """What follows a part of the body still reaches the log."""
    req.write("part")
    req.flush()
    req.notes["said"] = "late"


def written_and_failed(req: Request, _: str) -> None:
    req.write("not to be seen")
    raise HTTPError(404, body="instead")


def written_and_returned(req: Request, _: str) -> int:
    req.write("not to be seen")
    return 403


def response(req: Request, _: str) -> Any:
    """A WSGI response object."""

    def send(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("201 Created", [("Content-Type", "text/x-wsgi"), ("X-Path", environ["PATH_INFO"])])
        return [environ["REQUEST_METHOD"].encode(), b" wsgi\n"]

    return send


def keep(req: Request, _: str) -> str:
    """What a handler keeps is of no use after the end."""
    told = ""
    for old in kept:
        for use in (lambda: old.method, lambda: old.headers_in["Host"], lambda: old.write("x"), lambda: old.read()):
            try:
                use()
                told += "used "
            except pyhook.RequestEnded:
                told += "ended "
        told += f"{old.ended} {done}"
    kept[:] = [req]
    req.add_cleanup(done.append, "cleaned")
    return told


def thread(req: Request, _: str) -> str:
    told: list[str] = []

    def use() -> None:
        try:
            req.write("from another thread")
        except RuntimeError:
            told.append("refused")

    other = threading.Thread(target=use)
    other.start()
    other.join()
    return "".join(told)


def logs(req: Request, _: str) -> str:
    req.log("said at warn", "warn")
    pyhook.log("said with pyhook.log", "error")
    logging.getLogger(__name__).warning("warned of %s", "nothing")
    print("printed")
    return "logged"


def inject(req: Request, _: str) -> str:
    told = []
    for use in (
        lambda: req.headers_out.__setitem__("X-A", "a\r\nX-B: b"),
        lambda: req.headers_out.__setitem__("X A", "a"),
        lambda: req.err_headers_out.__setitem__("X-A", "a\0b"),
        lambda: req.headers_out.__setitem__("Transfer-Encoding", "chunked"),
        lambda: req.headers_out.__setitem__("Content-Length", "-1"),
        lambda: setattr(req, "content_type", "a\nb"),
        lambda: setattr(req, "status_line", "200 a\rb"),
        lambda: setattr(req, "user", "a\0b"),
        lambda: req.notes.__setitem__("a", "b\0c"),
    ):
        try:
            use()
            told.append("taken")
        except ValueError:
            told.append("refused")
    return " ".join(told)


async def awaited(req: Request, _: str) -> str:
    first = await req.aread(5)
    await asyncio.sleep(0)
    rest = await req.aread()
    return f"{first!r} {len(rest)} {pyhook.current_request() is req}"


async def streamed(req: Request, count: str) -> AsyncIterator[str]:
    for number in range(int(count)):
        await asyncio.sleep(0)
        yield f"{number}\n"


async def in_pieces(req: Request, _: str) -> None:
    req.content_type = "text/plain"
    total = 0
    async for piece in req:
        total += len(piece)
    await req.awrite(f"{total} ")
    await req.awrite(b"bytes")


async def refused(req: Request, _: str) -> str:
    await asyncio.sleep(0)
    raise HTTPError(409, "not now", headers={"X-Why": "async"}, body="later")


async def fails(req: Request, _: str) -> str:
    await asyncio.sleep(0)
    raise LookupError("in a coroutine")


async def at_once(req: Request, _: str) -> str:
    """What would block the loop."""
    told = []
    for use in (lambda: req.write("x"), lambda: req.read(), lambda: req.flush()):
        try:
            use()
        except RuntimeError as error:
            told.append(str(error))
    print("printed in a coroutine")
    return "\n".join(told)


def slow(req: Request, _: str) -> None:
    try:
        while True:
            time.sleep(0.01)
    except pyhook.RequestTimeout:
        req.log("told of the time-out")
        raise


async def slow_coroutine(req: Request, _: str) -> None:
    try:
        await asyncio.Event().wait()
    finally:
        print("the coroutine is cancelled")


def declines(req: Request) -> int:
    if req.args == "read":
        req.read(3)
    elif req.args == "much":
        req.read(300_000)
    return DECLINED


def reads(req: Request) -> str:
    return f"{len(req.read())} read"


def many_files(req: Request, _: str) -> None:
    for number in range(40):
        req.sendfile(__file__, number, 100)
        req.write("\n")


def noted(req: Request) -> None:
    """In httpd's child, before a process gets the request."""
    req.notes["from_httpd"] = "text"
    req.notes["Members-PW"] = "secret"


def nonsense(req: Request) -> None:
    """Send frames that no process sends: the query has their number, and their bytes with | for NUL, as often as X-Longer says."""
    kind, _, payload = (req.args or "").partition("=")
    modules = [sys.modules[f"pyhook.worker.{name}"] for name in ("frames", "streams")]
    frames, streams = modules
    connection = streams.writers[streams.get_ident()]
    frame = frames.pack(int(kind), unquote_to_bytes(payload).replace(b"|", b"\0") * int(req.headers_in.get("X-Longer", "1")))
    for _number in range(int(req.headers_in.get("X-Times", "1"))):
        if "X-File" in req.headers_in:
            with open(__file__, "rb") as file:
                connection.send_file(file.fileno(), 0, 1)
        else:
            connection.send(frame)
