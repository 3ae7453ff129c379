"""A small page, and the counts made while it was asked for."""

from __future__ import annotations

import builtins
import ctypes
import json
import sys

KINDS = ["attach", "string", "import", "send", "file"]

library = ctypes.PyDLL(None)  # a CDLL would detach and attach for each call; without a GIL, making one does so too
imports = 0
plain_import = builtins.__import__


def count_import(*arguments, **named):
    global imports
    imports += 1
    return plain_import(*arguments, **named)


def count_event(event, arguments):
    global imports
    imports += event == "import"


builtins.__import__ = count_import
sys.addaudithook(count_event)


def hello(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"Hello World!"]


def pieces(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return (b"Hello", b" ", b"", b"World", b"!")


def generator(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "12")])
    yield b"Hello "
    yield b""
    yield b"World!"


def file(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return environ["wsgi.file_wrapper"](open(__file__, "rb"))


def counts(environ, start_response):
    counted = {name: library.counted_calls(kind) for kind, name in enumerate(KINDS)}
    counted["import"] += imports
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(counted).encode()]
