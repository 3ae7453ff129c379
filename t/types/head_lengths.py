"""A body in several shapes: whole, and in pieces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pyhook import Request


def pieces() -> Iterator[bytes]:
    yield b"first "
    yield b"second "


def handler(req: Request) -> Any:
    kind = req.uri.split("/")[2]
    req.content_type = "text/plain"
    if kind == "written":
        req.write(b"first second ")
        return None
    return b"first second " if kind == "whole" else pieces()


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return list(pieces()) if environ["PATH_INFO"].startswith("/whole") else pieces()


def upper(chunk: bytes) -> bytes:
    return chunk.upper()
