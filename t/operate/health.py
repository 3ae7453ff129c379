"""An application that can be loaded only while a file is not there, for t/operate/health.t."""

import os
import threading

import pyhook

if os.path.exists(os.environ["HEALTH_BROKEN"]):
    raise RuntimeError("the database is away")

go_on = threading.Event()


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"served\n"]


def wait(req):
    go_on.wait(60)
    return "waited\n"


def release(req):
    go_on.set()


def keep_the_lock(req):
    """Holds the GIL, as a broken extension module does."""
    import ctypes

    ctypes.PyDLL(None).sleep(4)
    return "slept\n"
