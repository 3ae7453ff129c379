"""Uses everything that threads share, for a Python whose threads run at the same time."""

from __future__ import annotations

import sys

import pyhook

HEADERS: list[tuple[str, str]] = []


def gil(req):
    return f"{sys._is_gil_enabled()}"


def hello(req):
    return f"hello {req.args}"


def headers(req):
    """Read, set and walk through tables."""
    mine = req.headers_in["X-Mine"]
    req.headers_out["X-Yours"] = mine
    names = [name for name in req.headers_in if name.startswith("X-")]
    req.state.names = names
    return f"{names[0]} {mine}"


def app(environ, start_response):
    """Every request uses this list of headers, and changes it."""
    HEADERS[:] = [(f"X-{number}", environ["REMOTE_PORT"] + "x" * number) for number in range(8)]
    start_response("200 OK", HEADERS)
    return [environ["HTTP_X_MINE"].encode(), b" ", environ["QUERY_STRING"].encode(), environ["wsgi.input"].read()]


def pieces(environ, start_response):
    start_response("200 OK", [])
    for piece in environ["HTTP_X_MINE"], " ", environ["QUERY_STRING"]:
        yield piece.encode()


def upper(f):
    """An output filter."""
    chunk = yield
    while chunk is not None:
        chunk = yield chunk.upper()


def access(req):
    if req.args != req.headers_in["X-Mine"]:
        raise pyhook.HTTPError(403)


def note(req):
    """Note, for each of several phases, who was there before."""
    req.state.phases = [*getattr(req.state, "phases", []), req.phase]
    if req.phase == "fixups":
        req.headers_out["X-Phases"] = " ".join(req.state.phases)


def group(req, wanted):
    return wanted == "everybody" and req.args == req.headers_in["X-Mine"]


def count(req):
    """Threads of all requests change one number."""
    return f"{pyhook.shared['counts'].incr('all')} {req.args}"
