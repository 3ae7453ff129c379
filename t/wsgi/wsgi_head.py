"""Applications that might treat HEAD, and statuses without a body, otherwise than GET."""

from __future__ import annotations

import sys

PLAIN = [("Content-Type", "text/plain")]


def replaced(environ, start_response):
    start_response("200 OK", [*PLAIN, ("X-Old", "1")])
    yield b""
    try:
        raise KeyError("before the first byte")
    except KeyError:
        start_response("500 Mine", PLAIN, sys.exc_info())
    yield b"mine"


def own_length(environ, start_response):
    start_response("200 OK", [*PLAIN, ("Content-Length", "1000")])
    return [b"some"]


def own_length_generator(environ, start_response):
    start_response("200 OK", [*PLAIN, ("Content-Length", "1000")])
    yield b"some"


def own_length_file(environ, start_response):
    start_response("200 OK", [*PLAIN, ("Content-Length", "1000000")])
    return environ["wsgi.file_wrapper"](open(__file__, "rb"))


def nothing_handled(environ, start_response):
    start_response("200 OK", PLAIN, sys.exc_info())
    return [b"nothing handled"]


def set_length(req):
    """In a phase before the application."""
    req.set_content_length(2)


def written(environ, start_response):
    start_response("200 OK", PLAIN)(b"written")
    return []


def iterated(environ, start_response):
    start_response("200 OK", PLAIN)
    yield b"written"


def no_content(environ, start_response):
    start_response("204 No Content", [("Content-Length", "5"), ("X-Own", "1")])
    return [b"extra"]


def no_content_generator(environ, start_response):
    start_response("204 No Content", [("X-Own", "1")])
    yield b"extra"


def not_modified(environ, start_response):
    start_response("304 Not Modified", [("Content-Length", "5"), ("ETag", '"x"'), ("X-Own", "1")])
    return [b"extra"]


def not_modified_generator(environ, start_response):
    start_response("304 Not Modified", [("ETag", '"x"'), ("X-Own", "1")])
    yield b"extra"


def app(environ, start_response):
    return globals()[environ["PATH_INFO"].strip("/")](environ, start_response)
