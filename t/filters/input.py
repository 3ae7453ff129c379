"""Input filters for input.t, and a handler that reads."""

from __future__ import annotations

from pyhook import HTTPError


def upper(f):
    chunk = yield
    while chunk is not None:
        chunk = yield chunk.upper()


def scanner(f):
    """Refuse a file by its first bytes."""
    chunk = yield
    if chunk is not None and chunk.startswith(b"MZ"):
        raise HTTPError(415, "a program")
    f.decline()
    yield


def broken(f):
    yield
    raise KeyError("lost")


def measured(f):
    size = 0
    while (chunk := (yield None)) is not None:
        size += len(chunk)
    yield str(size)


def echo(req):
    req.content_type = "text/plain"
    return req.read()


def ignore(req):
    return "ignored"
