"""Output filters for output.t."""

from __future__ import annotations

import pyhook
from pyhook import HTTPError


def upper(f):
    chunk = yield
    while chunk is not None:
        chunk = yield chunk.upper()


def brackets(f):
    """Show the chunks that it was given."""
    f.request.headers_out["X-Filter"] = f.name
    chunk = yield b"<"
    while chunk is not None:
        chunk = yield b"[%b]" % chunk
    yield b">"
    yield ">"


def function(chunk):
    return chunk.replace(b"a", b"4")


class Counter:
    def __init__(self):
        self.size = 0

    def __call__(self, chunk):
        self.size += len(chunk)
        return chunk

    def finish(self):
        return f" {self.size} bytes"


def body(req):
    req.content_type = "text/plain"
    return b"a body"


def pieces(req):
    req.content_type = "text/plain"
    yield b"one "
    req.flush()  # so that a filter gets each by itself
    yield b"two "
    req.flush()
    yield "three"


def own_filter(req):
    req.content_type = "text/plain"
    req.add_output_filter("UPPER")
    return b"mixed Case"
