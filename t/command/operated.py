"""What the command `pyhook` looks at."""

import threading
import time

go_on = threading.Event()
kept = []


def wait(req):
    go_on.wait(60)
    return "went on\n"


def compute(req):
    until = time.monotonic() + 3
    while time.monotonic() < until:
        inner()
    return "computed\n"


def inner():
    sum(range(2000))


def keep(req):
    for _ in range(30):
        kept.append(bytes(100_000))
        time.sleep(0.1)
    return "kept\n"


def free(req):
    go_on.set()
    return "free\n"
