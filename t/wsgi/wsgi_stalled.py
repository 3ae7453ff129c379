"""Responses for a slow client."""

from __future__ import annotations

PLAIN = [("Content-Type", "text/plain")]
BLOCK = b"x" * 1_000_000


def hello(environ, start_response):
    start_response("200 OK", PLAIN)
    return [b"hello"]


def large(environ, start_response):
    start_response("200 OK", PLAIN)
    return [BLOCK] * 50


def generated(environ, start_response):
    start_response("200 OK", PLAIN)
    for _ in range(50):
        yield BLOCK


def written(environ, start_response):
    write = start_response("200 OK", PLAIN)
    for _ in range(50):
        write(BLOCK)
    return []


def reads(environ, start_response):
    environ["wsgi.input"].read()
    return hello(environ, start_response)


def app(environ, start_response):
    return globals()[environ["PATH_INFO"].strip("/")](environ, start_response)
