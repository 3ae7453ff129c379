"""The cost of a child before there is any load: how long it takes to start, and its memory. One contender at a time."""

from __future__ import annotations

import time
from statistics import median

from measure import memory, tree
from server import DEADLINE, Server, Unavailable


def start_up(server: Server, times: int) -> float:
    """Return the milliseconds from the fork of the child to its first answer.

    The parent listens before it forks, so that the request waits in the socket until the child can take it.
    """
    server.check()
    return median(one_start(server) for _ in range(times)) * 1000


def one_start(server: Server) -> float:
    try:
        server.launch()
        end = time.monotonic() + DEADLINE
        while len(tree(server.pid)) == 1:
            if server.ended or time.monotonic() > end:
                raise Unavailable(f"it has no child; {server.last_error()}")
        forked = time.monotonic()
        answer = server.ask()
        took = time.monotonic() - forked
    except OSError as error:
        raise Unavailable(f"{error}; {server.last_error()}") from error
    finally:
        server.stop()
    if answer != server.case.answer:
        raise Unavailable(f"it answers {answer[:40]!r}")
    return took


def idle_memory(server: Server) -> tuple[int, int]:
    """Return the memory of the child, proportional and private, in KB, when each virtual host has answered once."""
    server.start()
    try:
        for host in server.case.hosts:
            if server.ask(host) != server.case.answer:
                raise Unavailable(f"it gives a wrong answer for {host}")
        return memory(server.pid)
    except OSError as error:
        raise Unavailable(f"{error}; {server.last_error()}") from error
    finally:
        server.stop()
