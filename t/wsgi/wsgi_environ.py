"""The values that environs of many requests share, seen from outside."""

from __future__ import annotations

import sys
import threading

both = threading.Barrier(2)
held: set[str] = set()


def port(req):
    """Hold a GET and a POST until both are in the middle of making their environs."""
    if req.method not in held:
        held.add(req.method)
        both.wait(10)
    return 8000


def shown(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{environ['REQUEST_METHOD']} {environ['QUERY_STRING']} {environ['SERVER_PORT']}".encode()]


def interned(environ, start_response):
    """The number of strings that this interpreter may keep for ever; 0 if it does not say."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(getattr(sys, "getunicodeinternedsize", int)()).encode()]


def path(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{environ['SCRIPT_NAME']} {environ['PATH_INFO']}".encode()]
