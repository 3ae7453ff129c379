"""Requests that do not end by themselves, in many ways."""

import ctypes
import os
import threading
import time

import pyhook

never = threading.Lock()
never.acquire()
events = []


def loop(req):
    try:
        while True:
            pass
    finally:
        events.append("loop cleaned up")


def deaf(req):
    while True:
        try:
            while True:
                pass
        except Exception:
            pass


def deafer(req):
    """Catches the first interruption."""
    try:
        while True:
            pass
    except BaseException as error:
        events.append(f"deafer caught {type(error).__name__}")
    while True:
        pass


def event(req):
    while not threading.Event().wait(0.01):
        pass


def sleep(req):
    time.sleep(600)


def lock(req):
    never.acquire()


def hold_gil(req):
    """A function in C that keeps the GIL."""
    ctypes.PyDLL(None).sleep(600)


def body(req):
    while True:
        pass
    yield "never"


def body_with_flush(req):
    yield "begins\n"
    req.flush()
    while True:
        pass


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    if environ["PATH_INFO"] == "/body":
        return pieces()
    while True:
        pass


def pieces():
    while True:
        pass
    yield b""


def keep_out(req):
    while True:
        pass


def shout(f):
    chunk = yield
    while chunk is not None:
        while True:
            pass


def read(req):
    return f"{len(req.read())} bytes\n"


def busy(seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass


def for_a_while(req):
    """Ends at about the moment when the time-out comes."""
    busy(float(req.args))
    return "ended\n"


def until_there(req):
    """Goes on until there is a file of this name."""
    while not os.path.exists(req.args):
        pass
    return "ended\n"


def short(req):
    """A loop that an exception of the request before would end."""
    busy(0.002)
    return "ended\n"


def patient(req):
    """Goes on for `args` seconds, where no time-out holds."""
    time.sleep(float(req.args))
    return "patient\n"


def told(req):
    return "".join(f"{event}\n" for event in events)


def pid(req):
    return f"{os.getpid()}\n"


def log(req):
    """Asks for the class, as an application would to clean up."""
    return f"{pyhook.RequestTimeout.__mro__[1].__name__}\n"
