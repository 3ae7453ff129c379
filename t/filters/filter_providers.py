"""Filters that mod_filter runs, for filter_providers.t."""

from __future__ import annotations


def upper(f):
    chunk = yield
    while chunk is not None:
        chunk = yield chunk.upper()


def watch(f):
    chunk = yield
    while chunk is not None:
        chunk = yield chunk


def longer(f):
    chunk = yield
    while chunk is not None:
        chunk = yield chunk
    yield b"more"


def off(f):
    yield
    f.decline()
    yield


def off_at_once(f):
    f.decline()
    yield


def first(f):
    chunk = yield b"first "
    while chunk is not None:
        chunk = yield chunk


def last(f):
    chunk = yield
    while chunk is not None:
        chunk = yield chunk
    yield b" last"


def described(req):
    """Send a body with all headers that describe one."""
    req.content_type = "text/plain"
    headers = req.headers_out
    headers["Content-Length"], headers["ETag"], headers["Content-MD5"] = "10", '"tag"', "checked"
    headers["Accept-Ranges"] = "bytes"
    return "abcdefghij"


def echo(req):
    return req.read()
