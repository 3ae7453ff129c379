"""Everything that can hold up a child that is to end."""

from __future__ import annotations

import atexit
import os
import signal
import sys
import threading
import time

import pyhook


class Special(BaseException):
    pass


def recurse() -> None:
    recurse()


def raise_it(error: BaseException) -> None:
    raise error


ways = {
    "SystemExit": lambda: sys.exit(3),
    "KeyboardInterrupt": lambda: raise_it(KeyboardInterrupt()),
    "GeneratorExit": lambda: raise_it(GeneratorExit()),
    "Special": lambda: raise_it(Special("one of its own")),
    "RecursionError": recurse,
    "MemoryError": lambda: bytearray(1 << 62),
    "StopIteration": lambda: raise_it(StopIteration()),
}


def fail(req: pyhook.Request) -> None:
    ways[req.args]()


def fail_later(req: pyhook.Request):
    yield b"begun"
    ways[req.args]()


def pid(req: pyhook.Request) -> str:
    return f"{os.getpid()}\n"


def end_process(req: pyhook.Request) -> None:
    os._exit(0)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def sleep_for_ever(req: pyhook.Request) -> None:
    atexit.register(say, f"{os.getpid()} has been left")
    say("a handler sleeps")
    while True:
        time.sleep(3600)


def compute_for_ever(req: pyhook.Request) -> None:
    atexit.register(say, f"{os.getpid()} has been left")
    say("a handler computes")
    while True:
        pass


def end_slowly(req: pyhook.Request) -> str:
    say("a handler waits")
    while not pyhook.is_stopping():
        time.sleep(0.01)
    time.sleep(1.7)
    return "done\n"


if os.environ.get("LEAVING") == "slow":

    @pyhook.every(seconds=1000)
    def never_end() -> None:
        time.sleep(1e6)

    pyhook.on_exit(never_end)


def work() -> None:
    while True:
        sum(range(1000))


def start_threads(req: pyhook.Request) -> str:
    atexit.register(say, f"{os.getpid()} has been left")
    for daemon in (False, True):
        threading.Thread(target=work, daemon=daemon).start()
    return "started\n"


def wait_for_the_order(req: pyhook.Request) -> str:
    """Only a thread of the application can take the order that prefork's child gets meanwhile."""
    atexit.register(say, f"{os.getpid()} has been left")
    threading.Thread(target=time.sleep, args=(3600,), daemon=True).start()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    say("a handler waits")
    deadline = time.monotonic() + 60
    while signal.SIGTERM not in signal.sigpending() and time.monotonic() < deadline:
        time.sleep(0.01)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    return "went on\n"
