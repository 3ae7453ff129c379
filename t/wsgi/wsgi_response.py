"""Applications that answer in every way of PEP 3333, and in some others."""

from __future__ import annotations

import os
import sys

PLAIN = [("Content-Type", "text/plain")]


class Closing:
    """An iterable that says when it was closed."""

    def __init__(self, name, items, errors):
        self.name = name
        self.errors = errors
        self.items = iter(items)

    def __iter__(self):
        return self

    def __next__(self):
        return next(self.items)

    def close(self):
        print("closed", self.name, file=self.errors)


def hello(environ, start_response):
    start_response("200 OK", PLAIN)
    return [b"hello"]


def pieces(environ, start_response):
    start_response("200 OK", PLAIN)
    return (b"one,", b"", b"two,", b"three")


def generator(environ, start_response):
    start_response("200 OK", PLAIN)
    yield b"one,"
    yield b""
    yield b"two"


def length_of_generator(environ, start_response):
    start_response("200 OK", [*PLAIN, ("Content-Length", "7")])
    yield b"one,"
    yield b"two"


def writes(environ, start_response):
    write = start_response("200 OK", PLAIN)
    write(b"written,")
    write(b"")
    return [b"returned"]


def big(environ, start_response):
    start_response("200 OK", PLAIN)
    return [bytes([65 + index]) * 100_000 for index in range(20)]


def repeated(environ, start_response):
    start_response("201 Made Here", [*PLAIN, ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("X-Byte", "\xe9")])
    return [b"made"]


def add_headers(req):
    req.headers_out.add("Set-Cookie", "hook=1")
    req.err_headers_out.add("Set-Cookie", "always=1")


def no_content(environ, start_response):
    start_response("204 No Content", [])
    return []


def not_modified(environ, start_response):
    start_response("304 Not Modified", [("ETag", '"x"')])
    return [b"not to be sent"]


def empty(environ, start_response):
    start_response("200 OK", PLAIN)
    return []


def endless(environ, start_response):
    start_response("200 OK", PLAIN)

    def items():
        while True:
            yield b"x" * 10

    return Closing("endless", items(), environ["wsgi.errors"])


def too_long(environ, start_response):
    start_response("200 OK", [*PLAIN, ("Content-Length", "5")])
    return [b"1234", b"5678"]


def too_long_generator(environ, start_response):
    start_response("200 OK", [*PLAIN, ("Content-Length", "5")])
    return Closing("too_long", [b"1234", b"5678", b"9"], environ["wsgi.errors"])


def too_short(environ, start_response):
    start_response("200 OK", [*PLAIN, ("Content-Length", "50")])
    return [b"short"]


def too_short_generator(environ, start_response):
    start_response("200 OK", [*PLAIN, ("Content-Length", "50")])
    yield b"short"


def replaced(environ, start_response):
    start_response("200 OK", [*PLAIN, ("X-First", "1")])
    try:
        raise KeyError("late")
    except KeyError:
        start_response("503 Sorry", [*PLAIN, ("X-Second", "2")], sys.exc_info())
    return [b"sorry"]


def late(environ, start_response):
    start_response("200 OK", PLAIN)
    yield b"begun"
    try:
        raise KeyError("too late for another head")
    except KeyError:
        start_response("503 Sorry", PLAIN, sys.exc_info())
    yield b"never"


def midway(environ, start_response):
    start_response("200 OK", PLAIN)

    def items():
        yield b"begun"
        raise RuntimeError("midway")

    return Closing("midway", items(), environ["wsgi.errors"])


class ClosingList(list):
    """Not an exact list: it may have a close()."""

    def __init__(self, items, errors):
        super().__init__(items)
        self.errors = errors

    def close(self):
        print("closed list", file=self.errors)


def list_subclass(environ, start_response):
    start_response("200 OK", PLAIN)
    return ClosingList([b"of a ", b"subclass"], environ["wsgi.errors"])


def exits(environ, start_response):
    start_response("200 OK", PLAIN)

    def items():
        yield b""
        raise SystemExit(3)

    return Closing("exits", items(), environ["wsgi.errors"])


def str_item(environ, start_response):
    start_response("200 OK", PLAIN)
    return Closing("str_item", ["text"], environ["wsgi.errors"])


def close_raises(environ, start_response):
    class Result(Closing):
        def close(self):
            raise RuntimeError("in close")

    start_response("200 OK", PLAIN)
    return Result("", [b"complete"], environ["wsgi.errors"])


def file(environ, start_response):
    start_response("200 OK", PLAIN)
    opened = open(__file__, "rb")
    opened.seek(3)
    return environ["wsgi.file_wrapper"](opened)


def file_length(environ, start_response):
    size = os.path.getsize(__file__)
    start_response("200 OK", [*PLAIN, ("Content-Length", str(size + int(environ["QUERY_STRING"])))])
    return environ["wsgi.file_wrapper"](open(__file__, "rb"), 1024)


def no_file(environ, start_response):
    import io

    start_response("200 OK", PLAIN)
    return environ["wsgi.file_wrapper"](io.BytesIO(b"not a file"), 3)


class Framework:
    """A class as the application, as PEP 3333 allows."""

    def __init__(self, environ, start_response):
        self.start_response = start_response

    def __iter__(self):
        self.start_response("200 OK", PLAIN)
        yield b"of a class"


def make(name="made"):
    def application(environ, start_response):
        start_response("200 OK", PLAIN)
        return [name.encode()]

    return application


def app(environ, start_response):
    """Find the application that the URL names."""
    return globals()[environ["PATH_INFO"].strip("/")](environ, start_response)
