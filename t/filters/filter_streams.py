"""Streams for filter_streams.t."""

from __future__ import annotations

import hashlib

import pyhook

shared = pyhook.shared["filter_streams"]
kept: list[tuple[bytes, memoryview, str]] = []


def upper(f):
    chunk = yield
    while chunk is not None:
        chunk = yield chunk.upper()


class Watch:
    """Note in shared memory how it went."""

    def __call__(self, chunk):
        shared.incr("chunks", 1)
        shared.incr("bytes", len(chunk))
        return chunk

    def finish(self):
        shared.incr("finished", 1)

    def close(self):
        shared.incr("closed", 1)


def keeps(f):
    chunk = yield
    while chunk is not None:
        kept.append((chunk, memoryview(chunk), hashlib.sha256(chunk).hexdigest()))
        chunk = yield (chunk if len(kept) % 2 else bytes(memoryview(chunk)))


def endless(req):
    """Yield a piece for each byte that the client sends."""
    req.content_type = "text/plain"
    yield "begin\n"
    number = 0
    while req.read(1):
        number += 1
        yield f"piece {number}\n"


def long(req):
    req.content_type = "text/plain"
    req.read()
    for _ in range(512):
        yield b"0123456789abcdef" * 4096


def count(req):
    return " ".join(f"{name}={shared.get(name, 0)}" for name in ("chunks", "bytes", "finished", "closed"))


def read_kept(req):
    good = sum(hashlib.sha256(view).hexdigest() == digest and bytes(view) == chunk for chunk, view, digest in kept)
    total = len(kept)
    kept.clear()
    return f"{good} of {total}"


def writes(req):
    for text in ("one ", "two ", "", "three "):
        req.write(text)
    req.flush()
    req.flush()
    req.write("four ")
    req.flush()
    req.write("five")
