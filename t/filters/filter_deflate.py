"""Filters beside mod_deflate, for filter_deflate.t."""

from __future__ import annotations

import gzip


def upper(f):
    chunk = yield
    while chunk is not None:
        chunk = yield chunk.upper()


def hex_of(f):
    chunk = yield
    while chunk is not None:
        chunk = yield chunk.hex()


def answer(req):
    req.content_type = "text/plain"
    return req.read() or b"an answer " * 1000


def packed(req):
    req.content_type = "text/plain"
    req.headers_out["Content-Encoding"] = "gzip"
    return gzip.compress(b"an answer " * 1000)
