"""The WSGI applications of the cases, the same file for every server."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from bench_compute import work
from bench_users import right_password

Environ = dict[str, Any]
Start = Callable[..., Any]

TEXT = b"The quick brown fox jumps over the lazy dog. 0123456789 abcdefg\n"
HELLO = [("Content-Type", "text/plain"), ("Content-Length", "12")]
PLAIN = [("Content-Type", "text/plain")]
TEN = [*PLAIN, ("Content-Length", str(256 * len(TEXT))), *((f"X-Bench-{number}", "some value") for number in range(8))]


def hello(environ: Environ, start_response: Start) -> Iterable[bytes]:
    start_response("200 OK", HELLO)
    return [b"Hello World!"]


def page(environ: Environ, start_response: Start) -> Iterable[bytes]:
    start_response("200 OK", TEN)
    return [TEXT * 256]


def large(environ: Environ, start_response: Start) -> Iterable[bytes]:
    start_response("200 OK", PLAIN)
    return [TEXT * 16384]


def mix(environ: Environ, start_response: Start) -> Iterable[bytes]:
    if environ["PATH_INFO"] == "/slow":
        work()
        time.sleep(0.02)
    return hello(environ, start_response)


def chunks(environ: Environ, start_response: Start) -> Iterator[bytes]:
    start_response("200 OK", PLAIN)
    for _ in range(100):
        yield TEXT


def post(environ: Environ, start_response: Start) -> Iterable[bytes]:
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    start_response("200 OK", PLAIN)
    return [b"%d" % len(body)]


def file(environ: Environ, start_response: Start) -> Iterable[bytes]:
    opened = open(environ["DOCUMENT_ROOT"] + "/1m.txt", "rb")
    start_response("200 OK", PLAIN)
    wrapper: Callable[..., Iterable[bytes]] | None = environ.get("wsgi.file_wrapper")
    return wrapper(opened, 65536) if wrapper else iter(lambda: opened.read(65536), b"")


def allow_access(environ: Environ, host: str) -> bool | None:
    """mod_wsgi's access hook."""
    return True if environ["REQUEST_URI"] else None


def check_password(environ: Environ, user: str, password: str) -> bool | None:
    """mod_wsgi's authn provider."""
    return right_password(user, password)
