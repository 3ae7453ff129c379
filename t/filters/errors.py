"""Filters that fail, decline and end early, for errors.t."""

from __future__ import annotations

import pyhook
from pyhook import HTTPError

closed: list[str] = []
kept: list[pyhook.Filter] = []


def first_chunk(f):
    yield
    raise KeyError("first")


def second_chunk(f):
    chunk = yield
    chunk = yield chunk
    raise KeyError("second")


def refuses(f):
    yield
    raise HTTPError(403, "not for you")


def wrong_type(f):
    yield
    yield 17


def no_generator(_):
    return lambda f: f


def declines(f):
    yield
    f.decline()
    yield


def declines_at_once(f):
    f.decline()
    yield


def declines_late(f):
    chunk = yield
    yield chunk
    f.decline()


def leaves(f):
    chunk = yield
    yield b"<" + chunk + b">"


def ends(f):
    yield
    f.end()
    yield b"that is all"


def watches(f):
    kept.append(f)
    try:
        chunk = yield
        while chunk is not None:
            chunk = yield chunk
    finally:
        closed.append(f.request.uri)


def writes(f):
    yield
    f.request.write(b"x")


def own_length(f):
    body = b""
    while (chunk := (yield None)) is not None:
        body += chunk
    f.request.headers_out["Content-Length"] = str(len(body) + int(f.request.args or 0))
    yield body


def loses(f):
    while (chunk := (yield None)) is not None:
        yield chunk  # so every second chunk is lost


def gone(req):
    try:
        kept[-1].request
    except pyhook.RequestEnded:
        return " ".join(closed)
    return "still there"


def pieces(req):
    yield b"one "
    req.flush()  # so that a filter gets each by itself
    yield b"two "
    req.flush()
    yield b"three"


def whole(req):
    return "a page"


def big(req):
    for _ in range(64):
        yield b"x" * 65536
