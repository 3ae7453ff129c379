"""Answers that end before their handlers do, for wsgi_http2.t."""

from __future__ import annotations

import time


class Pieces:
    def __init__(self, *pieces):
        self.pieces = iter(pieces)

    def __iter__(self):
        return self.pieces

    def close(self):
        pass


class Lingering(Pieces):
    """Before this ends, the client has the whole response, and has mostly closed the stream."""

    def close(self):
        time.sleep(0.05)


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    kind = environ["PATH_INFO"].strip("/")
    if kind == "list":
        return [b"one ", b"two"]
    if kind == "endless":
        return Pieces(*[b"more" * 10_000] * 10_000)
    return (Lingering if kind == "lingering" else Pieces)(b"one ", b"two")


def handler(req):
    req.content_type = "text/plain"
    yield "one "
    yield "two"


def log(req):
    req.log(f"logged {req.uri} {req.connection.aborted}")
