"""Writes responses in pieces."""

import os
import time

from mod_python import apache


def handler(req):
    req.write("first ")
    req.write("second\n")
    deadline = time.monotonic() + 60
    while not os.path.exists(req.args) and time.monotonic() < deadline:
        time.sleep(0.01)
    req.write("third\n")
    return apache.OK


def pieces(req):
    for piece in ("a", b"b", "é"):
        req.write(piece, 0)
    return apache.OK


def mixed(req):
    req.write("a", 0)
    req.headers_out["X-Mixed"] = "set"
    req.pyhook.write("b")
    req.write("c", 0)
    req.write("d" * 20000, 0)
    req.write("e")
    req.sendfile(req.args)
    req.write("f", 0)
    return apache.OK


def gathered(req):
    for size in (7999, 1, 1, 8000, 8001, 0, 5000, 3001, 2):
        req.write(str(size % 7) * size, 0)
    return apache.OK


def late(req):
    req.write("a")
    req.headers_out["X-Late"] = "set"
    return apache.OK


def broken(req):
    req.write("a")
    raise ValueError("in the middle")


def refused(req):
    req.write("a")
    return apache.HTTP_NOT_FOUND


def inner(req):
    req.write("[")
    req.pyhook.lookup_uri("/pieces").run()
    req.write("]")
    return apache.OK


def denied(req):
    from pyhook import HTTPError

    req.write("a")
    raise HTTPError(403)


def headed(req):
    req.send_http_header()
    req.write("a")
    raise ValueError("after the headers")


def sent(req):
    req.sendfile(req.args)
    req.flush()
    raise ValueError("after a file")


def twice(req):
    req.write("a")
    req.write("b")
    return apache.OK


def failing(filter):
    text = filter.read()
    if text and b"b" in (text.encode() if isinstance(text, str) else text):
        raise ValueError("in a filter")
    if text:
        filter.write(text)
        filter.flush()
    elif text is None:
        filter.close()
