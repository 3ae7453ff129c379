"""Bodies in pieces: some follow each other at once; before others the application waits until a file is made."""

from __future__ import annotations

import logging
import time
from pathlib import Path

import pyhook

PLAIN = [("Content-Type", "text/plain")]
LARGE = b"x" * 20_000

logger = logging.getLogger(__name__)


def wait_for(file):
    for _ in range(3000):
        if Path(file).exists():
            return
        time.sleep(0.01)


def waiting(request, file):
    yield b"one,"
    yield b"two,"
    wait_for(file)
    yield b"three"


def asking(request, file):
    """The application uses the request while pieces of its body wait."""
    yield b"one,"
    yield b"two,"
    request.notes["seen"] = request.uri
    wait_for(file)
    yield b"three" if request.notes["seen"] == request.uri else b"lost"


def logging_too(request, file):
    yield b"one,"
    logger.error("a line while a piece waits")
    yield b"two,"
    print("another line")
    wait_for(file)
    yield b"three"


def closing(request, file):
    """Ends, and takes its time to close."""
    return Closing([b"one,", b"two,"], file)


class Closing:
    def __init__(self, pieces, file):
        self.pieces = iter(pieces)
        self.file = file

    def __iter__(self):
        return self

    def __next__(self):
        return next(self.pieces)

    def close(self):
        wait_for(self.file)


def failing(request, file):
    yield b"one,"
    yield b"two,"
    wait_for(file)
    raise ValueError("after two pieces")


def failing_at_once(request, file):
    yield b"one,"
    yield b"two,"
    raise ValueError("after two pieces")


def mixed(request, file):
    """Pieces of every size; now and then the request is used, or some time passes."""
    for number in range(600):
        yield b"%d," % number
        if number % 7 == 0:
            request.notes["number"] = str(number)
        if number % 50 == 0:
            time.sleep(0.003)
        if number % 100 == 0:
            yield LARGE


def endless(request, file):
    try:
        while True:
            yield b"more,"
    finally:
        logger.error("closed endless")


def body(request, environ_path, query):
    return globals()[environ_path.strip("/")](request, query)


def app(environ, start_response):
    start_response("200 OK", PLAIN)
    return body(environ["pyhook.request"], environ["PATH_INFO"], environ["QUERY_STRING"])


def handler(req):
    req.content_type = "text/plain"
    return body(req, req.path_info, req.args or "")


def upper(f: pyhook.Filter):
    chunk = yield
    while chunk is not None:
        f.request.notes["filtered"] = "yes"
        chunk = yield chunk.upper()
