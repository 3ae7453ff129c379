"""Filters under HTTP/2 and TLS, for filter_protocols.t."""

from __future__ import annotations

import codecs


def upper(f):
    chunk = yield
    while chunk is not None:
        chunk = yield chunk.upper()


def breaks(f):
    """Fail in the middle."""
    chunk = yield
    chunk = yield chunk
    raise KeyError("in the middle")


def breaks_first(f):
    yield
    raise KeyError("at once")


def rot13(f):
    chunk = yield
    while chunk is not None:
        chunk = yield codecs.encode(chunk.decode("latin-1"), "rot13").encode("latin-1")


def both_ways(c):
    c.add_input_filter("ROT13")
    c.add_output_filter("ROT13")


def pieces(req):
    req.content_type = "text/plain"
    body = req.read()
    yield "one "
    req.flush()  # so that a filter gets each by itself
    yield body
    req.flush()
    yield " three"


def big(req):
    req.content_type = "text/plain"
    for _ in range(64):
        yield b"x" * 65536
