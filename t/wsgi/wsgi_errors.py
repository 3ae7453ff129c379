"""Applications that break PEP 3333, each in its way."""

from __future__ import annotations

import sys

import pyhook

PLAIN = [("Content-Type", "text/plain")]

HOP_BY_HOP = """Connection Keep-Alive Proxy-Authenticate Proxy-Authorization Proxy-Connection TE Trailer Trailers
    Transfer-Encoding Upgrade""".split()

# Arguments for start_response, by the query string.
HEADS = {
    "status-type": (200, PLAIN),
    "status-bytes": (b"200 OK", PLAIN),
    "status-word": ("OK", PLAIN),
    "status-100": ("100 Continue", PLAIN),
    "status-103": ("103 Early Hints", PLAIN),
    "status-000": ("000 Zero", PLAIN),
    "status-999": ("999 Nine", PLAIN),
    "status-crlf": ("200 OK\r\nX-Evil: 1", PLAIN),
    "headers-tuple": ("200 OK", tuple(PLAIN)),
    "headers-dict": ("200 OK", dict(PLAIN)),
    "headers-list": ("200 OK", [["X-A", "b"]]),
    "headers-triple": ("200 OK", [("X-A", "b", "c")]),
    "name-type": ("200 OK", [(1, "b")]),
    "name-space": ("200 OK", [("X A", "b")]),
    "name-empty": ("200 OK", [("", "b")]),
    "name-colon": ("200 OK", [("X-A:", "b")]),
    "value-type": ("200 OK", [("X-A", 1)]),
    "value-bytes": ("200 OK", [("X-A", b"b")]),
    "value-wide": ("200 OK", [("X-A", "\u20ac")]),
    "value-nul": ("200 OK", [("X-A", "a\0b")]),
    "value-lf": ("200 OK", [("X-A", "a\nX-Evil: 1")]),
    "value-cr": ("200 OK", [("X-A", "a\rX-Evil: 1")]),
    "type-crlf": ("200 OK", [("Content-Type", "text/plain\r\nX-Evil: 1")]),
    "hop-connection": ("200 OK", [("connection", "keep-alive")]),
    "length-word": ("200 OK", [("Content-Length", "five")]),
    "length-negative": ("200 OK", [("Content-Length", "-5")]),
    "length-huge": ("200 OK", [("Content-Length", "9" * 40)]),
    **{f"hop-{name}": ("200 OK", [(name, "x")]) for name in HOP_BY_HOP},
    "length-two": ("200 OK", [("Content-Length", "5"), ("content-length", "6")]),
}


def heads(environ, start_response):
    start_response(*HEADS[environ["QUERY_STRING"]])
    return [b"not to be seen"]


def start(function):
    def application(environ, start_response):
        start_response("200 OK", PLAIN)
        return function()

    return application


RESULTS = {
    "none": lambda: None,
    "str": lambda: "text",
    "bytes": lambda: b"bytes",
    "int": lambda: 5,
    "items-str": lambda: ["text"],
    "items-int": lambda: iter([5]),
}


def results(environ, start_response):
    start_response("200 OK", PLAIN)
    return RESULTS[environ["QUERY_STRING"]]()


def never(environ, start_response):
    return [b"no head"]


def never_generator(environ, start_response):
    yield b"no head"


def never_empty(environ, start_response):
    return iter([])


def twice(environ, start_response):
    start_response("200 OK", PLAIN)
    start_response("201 Created", PLAIN)
    return []


def bad_exc_info(environ, start_response):
    start_response("200 OK", PLAIN)
    yield b""
    start_response("200 OK", PLAIN, "exc_info")


def raises(environ, start_response):
    start_response("200 OK", PLAIN)
    raise {"exit": SystemExit, "interrupt": KeyboardInterrupt, "generator": GeneratorExit}[environ["QUERY_STRING"]](1)


def deep(environ, start_response):
    return deep(environ, start_response)


def refuses(environ, start_response):
    raise pyhook.HTTPError(403, "not here", headers={"X-Why": "no"})


def write_type(environ, start_response):
    start_response("200 OK", PLAIN)("text")
    return []


def keeps(environ, start_response):
    global kept
    kept = start_response, start_response("200 OK", PLAIN)
    return [b"kept"]


def uses_kept(environ, start_response):
    said = []
    for use in (lambda: kept[0]("200 OK", PLAIN), lambda: kept[1](b"late")):
        try:
            use()
        except pyhook.RequestEnded as error:
            said.append(type(error).__name__)
    start_response("200 OK", PLAIN)
    return [" ".join(said).encode()]


def wrapper(environ, start_response):
    said = []
    for arguments in ((), (sys, 0), (sys, "x"), (1, 2, 3)):
        try:
            environ["wsgi.file_wrapper"](*arguments)
        except (TypeError, ValueError) as error:
            said.append(type(error).__name__)
    start_response("200 OK", PLAIN)
    return [" ".join(said).encode()]


def app(environ, start_response):
    return globals()[environ["PATH_INFO"].strip("/")](environ, start_response)


number = 5


def returns_number():
    return number


def fails():
    raise LookupError("no settings")
