"""Filters over files, for filter_files.t."""

from __future__ import annotations

import os


def passes(f):
    chunk = yield
    while chunk is not None:
        chunk = yield chunk


def keep(f):
    kept = []
    while (chunk := (yield)) is not None:
        kept.append(chunk)
    yield b"".join(kept)


def sizes(chunk):
    return f"{len(chunk)} "


def cut(f):
    chunk = yield
    os.truncate(f.request.filename, 1000)
    while chunk is not None:
        chunk = yield chunk


def part(req):
    req.sendfile(req.args, 1001, 200_000)
