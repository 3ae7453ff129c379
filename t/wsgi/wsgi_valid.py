"""Correct applications, each under wsgiref.validate, which raises an exception for a fault on either side."""

from __future__ import annotations

import sys
from wsgiref.validate import validator

import wsgi_response

PLAIN = [("Content-Type", "text/plain")]

READ = {
    "read": lambda stream: stream.read(100_000_000),
    "pieces": lambda stream: b"".join(iter(lambda: stream.read(1000), b"")),
    "readline": lambda stream: b"".join(iter(stream.readline, b"")),
    "readlines": lambda stream: b"".join(stream.readlines()),
    "iteration": lambda stream: b"".join(stream),
}


def reads(environ, start_response):
    body = READ[environ["QUERY_STRING"]](environ["wsgi.input"])
    start_response("200 OK", PLAIN)
    return [b"%d" % len(body)]


def wsgi_errors(environ, start_response):
    stream = environ["wsgi.errors"]
    stream.write("validated text\n")
    stream.writelines(["validated ", "lines\n"])
    stream.flush()
    start_response("200 OK", PLAIN)
    return [b"told"]


def replaced_twice(environ, start_response):
    for status in ("200 OK", "404 Not Found", "503 Sorry"):
        try:
            raise KeyError(status)
        except KeyError:
            start_response(status, PLAIN, sys.exc_info())
    yield b"sorry"


def app(environ, start_response):
    name = environ["PATH_INFO"].strip("/")
    application = globals().get(name) or getattr(wsgi_response, name)
    return validator(application)(environ, start_response)


def make():
    return validator(wsgi_response.Framework)
