"""Long streams for filter_memory.t."""

from __future__ import annotations

PIECE = b"0123456789abcdef" * 4096


def upper(f):
    chunk = yield
    while chunk is not None:
        chunk = yield chunk.upper()


def watch(f):
    size = 0
    chunk = yield
    while chunk is not None:
        size += len(chunk)
        chunk = yield chunk


def download(req):
    req.content_type = "application/octet-stream"
    for _ in range(int(req.args) * 16):
        yield PIECE


def upload(req):
    size = 0
    while chunk := req.read(65536):
        size += len(chunk)
        if chunk != chunk.upper():
            return "not filtered"
    return str(size)
