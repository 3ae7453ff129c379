"""Counts in a worker process, or in a child."""

import os
import sys
from urllib.parse import parse_qsl

from pyhook.metrics import Counter, Gauge

orders = Counter("outer_orders", "Orders of processes.", ["country"])
level = Gauge("outer_level", "A level.")


def application(environ, start_response):
    name, value = parse_qsl(environ["QUERY_STRING"], keep_blank_values=True)[0]
    answer = {"order": order, "level": set_level, "raise": fail, "wrong": wrong, "pid": pid, "frame": frame}[name](value)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [answer.encode()]


def order(country):
    orders.labels(country).inc()
    return "ordered"


def set_level(value):
    level.set(float(value))
    return "set"


def fail(value):
    level.inc(float(value))
    raise LookupError(value)


def wrong(_):
    try:
        orders.labels("de").inc(-1)
    except ValueError as error:
        return str(error)


def pid(_):
    return str(os.getpid())


def frame(text):
    """Send a frame that only the process should send."""
    frames, streams = sys.modules["pyhook.worker.frames"], sys.modules["pyhook.worker.streams"]
    streams.writers[streams.get_ident()].send(frames.pack(frames.METRIC, text.replace("|", "\0").encode()))
    return "sent"
