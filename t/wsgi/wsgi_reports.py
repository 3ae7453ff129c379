"""Applications and handlers of the reports."""

from __future__ import annotations

import sys
from typing import Any

from pyhook import Request


def everywhere(req: Request) -> str:
    return "the server's handler"


def reads(req: Request) -> str:
    return f"{len(req.read())} bytes"


def refused(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """A second head that is refused leaves the first one unchanged."""
    write = start_response("201 Made", [("X-First", "yes")])
    try:
        raise KeyError
    except KeyError:
        try:
            start_response("bogus", [], sys.exc_info())
        except ValueError:
            write(b"written")
    return []


def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    if environ["PATH_INFO"] == "/refused":
        return refused(environ, start_response)
    start_response("200 OK", [("Content-Type", "text/plain")])
    names = ("REDIRECT_STATUS", "REDIRECT_URL", "REDIRECT_QUERY_STRING", "wsgi.input_terminated")
    return [" ".join(str(environ.get(name)) for name in names).encode()]
