"""Input filters before applications that read, for filter_readers.t."""

from __future__ import annotations

import pyhook


def upper(f):
    chunk = yield
    while chunk is not None:
        chunk = yield chunk.upper()


def hex_of(f):
    chunk = yield
    while chunk is not None:
        chunk = yield chunk.hex()


def chooses(f):
    chunk = yield
    if chunk == b"bad":
        raise pyhook.HTTPError(400, "a bad body")
    if chunk == b"broken":
        raise KeyError("broken")
    yield chunk


def answer(req):
    return req.read()


def adds(req):
    """Filter its own request and its own response."""
    req.add_input_filter("E-IN")
    req.add_output_filter("E-HEX")
    return req.read()


def application(environ, start_response):
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]


def reads_early(req):
    """Start a filter before httpd would."""
    req.add_input_filter("E-IN")
    req.read(5)
