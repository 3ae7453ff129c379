"""Applications that read the body that the client sends."""

from __future__ import annotations

import hashlib


def answer(start_response, text):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [text.encode()]


def by_length(environ, start_response):
    """Read as most frameworks do."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body = environ["wsgi.input"].read(length)
    coding = environ.get("HTTP_TRANSFER_ENCODING")
    return answer(start_response, f"{len(body)} {hashlib.sha1(body).hexdigest()} {coding}")


def to_the_end(environ, start_response):
    body = environ["wsgi.input"].read()
    return answer(start_response, f"{len(body)} {environ.get('CONTENT_LENGTH')} {environ.get('HTTP_TRANSFER_ENCODING')}")


def lines(environ, start_response):
    stream = environ["wsgi.input"]
    buffer = bytearray(4)
    parts = [
        stream.readline(),
        stream.readline(3),
        stream.readinto(buffer),
        bytes(buffer),
        stream.read(2),
        next(stream),
        stream.readlines(1),
        list(stream),
        stream.read(None),
        stream.read(5),
        stream.readline(None),
    ]
    return answer(start_response, repr(parts))


def unread(environ, start_response):
    return answer(start_response, "unread")


def caught(environ, start_response):
    try:
        environ["wsgi.input"].read()
    except OSError as error:
        return answer(start_response, f"{type(error).__name__} {error.status}")
    return answer(start_response, "complete")


def kept(environ, start_response):
    global stream
    stream = environ["wsgi.input"]
    return answer(start_response, "kept")


def ended(environ, start_response):
    try:
        stream.read()
    except Exception as error:
        return answer(start_response, type(error).__name__)


def app(environ, start_response):
    return globals()[environ["PATH_INFO"].strip("/")](environ, start_response)
