"""A worker process that can open nothing more. Each test has a process of its own, in which nobody else opens and closes."""

from __future__ import annotations

import contextlib
import io
import os
import re
import resource
import socket
from array import array
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from test_worker_process import Httpd, Worker, quick


def in_new_process(body: Callable[[], None]) -> str:
    """Return what `body` writes to stderr there."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(with_stderr, body).result()


def with_stderr(body: Callable[[], None]) -> str:
    with contextlib.redirect_stderr(io.StringIO()) as written:
        body()
    return written.getvalue()


def allow(more: int) -> None:
    """Lower the limit so far that so many more can be opened."""
    highest = max(int(name) for name in os.listdir("/proc/self/fd"))
    while (free := os.dup(0)) < highest:  # fills the gaps
        pass
    os.close(free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free + more, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))


def connections_leave_descriptors() -> None:
    worker = Worker(quick)
    before = worker.dial()
    before.ask("/")
    assert before.answer()[-1] == "END"
    allow(6)
    for _ in range(3):
        refused = worker.dial()
        refused.ask("/")
        assert [refused.frame()[0] for _ in range(2)] == ["FULL", "GONE"]
        refused.socket.close()
    before.ask("/")
    assert before.answer()[-1] == "END", "who was there is served"


def test_connections_leave_descriptors_to_the_application() -> None:
    assert re.findall(
        r"PYHOOK0087: process \d+ of 'shop' takes no more connections", in_new_process(connections_leave_descriptors)
    )


def no_descriptor_is_left() -> None:
    worker = Worker(quick)
    ends = [socket.socketpair() for _ in range(2)]
    allow(0)
    for mine, its in ends:
        mine.settimeout(30)
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array("i", [its.fileno()]))]
        worker._to_process.sendmsg([b"\0"], rights)
        os.dup2(0, its.detach())  # the number stays in use
        connection = Httpd(mine)
        connection.ask("/")
        assert [connection.frame()[0] for _ in range(2)] == ["FULL", "GONE"]


def test_a_connection_can_be_refused_when_no_descriptor_is_left() -> None:
    assert in_new_process(no_descriptor_is_left).count("PYHOOK0087") == 1
