"""The WSGI application of the cases, the same file for every server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

HEADERS = [("Content-Type", "text/plain"), ("Content-Length", "12")]


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    start_response("200 OK", HEADERS)
    return [b"Hello World!"]


def allow_access(environ: dict[str, Any], host: str) -> bool | None:
    """mod_wsgi's access hook."""
    return True if environ["REQUEST_URI"] else None
