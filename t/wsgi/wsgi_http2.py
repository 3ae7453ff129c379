"""Iterators with close(), for wsgi_http2.t."""

from __future__ import annotations


class Pieces:
    def __init__(self, *pieces):
        self.pieces = iter(pieces)

    def __iter__(self):
        return self.pieces

    def close(self):
        pass


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return Pieces(b"one ", b"two")
