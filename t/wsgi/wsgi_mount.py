"""Applications that show their environ."""

from __future__ import annotations

import contextvars
import os
import sys
import threading
import time

import pyhook

seen: contextvars.ContextVar[int] = contextvars.ContextVar("seen", default=0)


def show(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    lines = (f"{key}={value!r}\n" for key, value in environ.items())
    return ["".join(lines).encode()]


def make_show():
    return show


def kept(environ, start_response):
    """Name the objects besides this environ that hold a reference to it."""
    environ["own"] = "".join(["o", "wn"])
    held = [key for key in environ if sys.getrefcount(environ[key]) > sys.getrefcount(environ["own"])]
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [" ".join(held).encode()]


def context(environ, start_response):
    before = seen.get()
    seen.set(before + 1)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"%d" % before]


def request(environ, start_response):
    req = environ["pyhook.request"]
    req.user = "by-application"
    req.notes["seen"] = "yes"
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{req.uri} {req.phase}".encode()]


def redirect(environ, start_response):
    environ["pyhook.request"].internal_redirect("/index.html")
    return []


def log_user(req):
    req.log(f"logged {req.user} {req.notes.get('seen')}")


RAISED = {error.__name__: error for error in (RuntimeError, KeyboardInterrupt, GeneratorExit, MemoryError)}


def forks(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    child = os.fork()
    if child == 0:
        kind = environ["QUERY_STRING"]
        if kind == "exit":
            sys.exit(7)
        if kind in RAISED:
            raise RAISED[kind]("in the child")
        return [b"from the child"]
    return [b"status %d" % os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])]


def forks_in_generator(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    child = os.fork()
    if child == 0:
        yield b"from the child"
    yield b"status %d" % os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def forks_in_close(environ, start_response):
    class Result:
        def __iter__(self):
            return iter([b"complete"])

        def close(self):
            child = os.fork()
            if child:
                status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
                print("the child in close() ended with", status, file=environ["wsgi.errors"])

    start_response("200 OK", [("Content-Type", "text/plain")])
    return Result()


def thread_after(environ, start_response):
    """The answers of a thread that outlives its request."""
    request, log = environ["pyhook.request"], environ["wsgi.errors"]

    def use():
        deadline = time.monotonic() + 20
        while not request.ended and time.monotonic() < deadline:
            time.sleep(0.01)
        try:
            request.uri
        except pyhook.RequestEnded as error:
            log.write(f"afterwards: {error}\n")

    threading.Thread(target=use).start()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"answered"]


def errors(environ, start_response):
    stream = environ["wsgi.errors"]
    print("one", "line", file=stream)
    stream.write("begun, ")
    stream.writelines(["and ended\n", "no end %s%n"])
    start_response("204 No Content", [])
    return []
