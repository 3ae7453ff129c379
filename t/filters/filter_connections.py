"""Connection filters for filter_connections.t."""

from __future__ import annotations

import codecs

import pyhook


def turned(chunk: bytes) -> bytes:
    return codecs.encode(chunk.decode("latin-1"), "rot13").encode("latin-1")


def rot13(f):
    chunk = yield
    while chunk is not None:
        chunk = yield turned(chunk)


def broken(f):
    yield
    raise KeyError("broken connection filter")


def refuses(f):
    yield
    raise pyhook.HTTPError(403, "a connection has no status")


def leaves(f):
    yield turned((yield))


def both_ways(c):
    for _ in range(2):  # added once each all the same
        c.add_input_filter("K-ROT13")
        c.add_output_filter("k-rot13")


def echo(req):
    req.content_type = "text/plain"
    return f"{req.method} {req.uri} ".encode() + req.read()


def adds(req):
    req.connection.add_output_filter("K-ROT13")
    return echo(req)


def adds_to_request(req):
    req.add_output_filter("K-PLAIN")
    req.add_output_filter("K-ROT13")
    return "twice is once more"


def refused(req):
    answers = []
    for add in (req.connection.add_output_filter, req.connection.add_input_filter):
        for name in ("K-PLAIN", "K-NONE"):
            try:
                add(name)
            except (LookupError, ValueError) as error:
                answers.append(f"{type(error).__name__}: {error}")
    return "\n".join(answers)


def declines(f):
    yield
    f.decline()


def stays_out(c):
    c.add_input_filter("K-DECLINES")
