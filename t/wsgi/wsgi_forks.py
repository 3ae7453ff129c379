"""Code that forks while it is loaded."""

from __future__ import annotations

import os
import signal
import sys
import time


def status_of(child):
    """How the child ended; does not wait longer than needed."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "of a child that went on"


def show(status):
    def application(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [f"status {status}".encode()]

    return application


def exits():
    child = os.fork()
    if child == 0:
        sys.exit(7)
    return show(status_of(child))


def raises():
    child = os.fork()
    if child == 0:
        raise RuntimeError("in the child")
    return show(status_of(child))


def returns():
    child = os.fork()
    return show(status_of(child)) if child else show("of the child")


class Handler:
    def __init__(self):
        child = os.fork()
        if child == 0:
            raise SystemExit(8)
        self.status = status_of(child)

    def __call__(self, req):
        return f"status {self.status}"


def answers(environ, start_response):
    """The child tries everything that might reach the client."""
    write = start_response("200 OK", [("Content-Type", "text/plain")])
    read, told = os.pipe()
    child = os.fork()
    if child == 0:
        for use in (lambda: write(b"of the child"), lambda: start_response("201 Made", []), environ["wsgi.input"].read):
            try:
                use()
            except RuntimeError as error:
                os.write(told, f"{error}\n".encode())
        os._exit(0)
    os.close(told)
    status_of(child)
    with open(read) as said:
        return [said.read().encode()]
