"""Handlers that write to the error log: texts that look like records, and texts of any size."""

import logging
import sys

import pyhook

FORGED = "[Fri Nov 27 02:39:42 2026] [core:error] FORGED"
RECEIVED = f"from a client\n{FORGED}"


def fail(text):
    raise ValueError(text)


def chained(length):
    error = None
    for number in range(length):
        following = ValueError(f"error number {number}")
        following.__context__ = error
        error = following
    raise error


ways = {
    "pyhook.log": lambda text: pyhook.log(text, "error"),
    "request": lambda text: pyhook.current_request().log(text, "error"),
    "connection": lambda text: pyhook.current_request().connection.log(text, "error"),
    "server": lambda text: pyhook.main_server().log(text, "error"),
    "logging": lambda text: logging.getLogger("site").error("%s", text),
    "print": lambda text: print(text),
    "print two": lambda text: print("one", text),
    "print after": lambda text: print(text, "two"),
    "write": lambda text: sys.stdout.write(text),
    "standard error": lambda text: sys.stderr.writelines([text, "\n"]),
    "bytes": lambda text: sys.stdout.buffer.write(text.encode() + b"\n"),
    "raise": fail,
    "HTTPError": lambda text: (_ for _ in ()).throw(pyhook.HTTPError(403, text)),
}
texts = {
    "forged": RECEIVED,
    "mark": "| of a table |",
    "long": "".join(f"{number:09}," for number in range(5000)),
    "accents": "\u00e9\u20ac\U0001f40d" * 2000,
    "control": "a\0b\rc\\d\x1be\x85f\u2028g",
    "huge": "begin " + "x" * 5_000_000 + " end",
    "lines": "\n".join(f"line {number}" for number in range(100_000)),
}


def write(req):
    way, _, text = req.uri.removeprefix("/do/").removeprefix("debug/").partition("/")
    if way == "chained":
        chained(20_000)
    ways[way](texts[text])
    return "written\n"


def application(environ, start_response):
    stream = environ["wsgi.errors"]
    print("one", RECEIVED, file=stream)
    stream.write(RECEIVED)
    start_response("200 OK", [])
    return [b"written\n"]


kept = []


def keep(entry):
    kept.append(entry)
