"""Applications and handlers that go on after they have learned that the request's body cannot be read."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from typing import Any

from pyhook import BodyError, Request

FORGED = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"


def read(req: Request) -> None:
    try:
        req.read()
    except BodyError as error:
        req.log(f"caught {error.status}")


def pieces(req: Request) -> Iterator[bytes]:
    if "early" in (req.args or ""):
        yield b"begun"
    read(req)
    yield FORGED
    yield FORGED


def file_of_forged() -> Any:
    file = tempfile.TemporaryFile()
    file.write(FORGED)
    file.seek(0)
    return file


def handler(req: Request) -> Any:
    kind = req.path_info.strip("/") if req.path_info else req.uri.rpartition("/")[2]
    if kind == "pieces":
        return pieces(req)
    read(req)
    if kind == "write":
        req.write(FORGED)
    if kind == "sendfile":
        with tempfile.NamedTemporaryFile() as file:
            file.write(FORGED)
            file.flush()
            req.sendfile(file.name)
    return FORGED


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    req = environ["pyhook.request"]
    kind = environ["PATH_INFO"].strip("/")
    write = start_response("200 OK", [("Content-Type", "text/plain")])
    if kind == "pieces":
        return pieces(req)
    if kind == "write":
        write(b"begun")
        read(req)
        write(FORGED)
        return []
    read(req)
    return environ["wsgi.file_wrapper"](file_of_forged()) if kind == "file" else [FORGED, FORGED]
