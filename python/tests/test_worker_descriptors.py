"""A worker process that can open nothing more."""

from __future__ import annotations

import os
import re
import resource
import socket
from array import array
from collections.abc import Callable, Iterator

import pytest

from test_worker_process import Httpd, Worker, opened, quick
from test_worker_process import nothing_stays as nothing_stays  # pytest finds it here


@pytest.fixture
def few_descriptors() -> Iterator[Callable[[], None]]:
    """Lower the limit so far that some can be opened, but not by connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)

    def lower() -> None:
        free = os.dup(0)
        os.close(free)
        resource.setrlimit(resource.RLIMIT_NOFILE, (free + 6, hard))

    yield lower
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_connections_leave_descriptors_to_the_application(
    few_descriptors: Callable[[], None], capsys: pytest.CaptureFixture[str]
) -> None:
    worker = Worker(quick)
    before = worker.dial()
    before.ask("/")
    assert before.answer()[-1] == "END"
    few_descriptors()
    for _ in range(3):
        refused = worker.dial()
        refused.ask("/")
        assert [refused.frame()[0] for _ in range(2)] == ["FULL", "GONE"]
        refused.socket.close()
    before.ask("/")
    assert before.answer()[-1] == "END", "who was there is served"
    assert re.findall(r"PYHOOK0087: process \d+ of 'shop' takes no more connections", capsys.readouterr().err) != []


def test_a_connection_can_be_refused_when_no_descriptor_is_left(capsys: pytest.CaptureFixture[str]) -> None:
    worker = Worker(quick)
    ends = [socket.socketpair() for _ in range(2)]
    opened.extend(one for pair in ends for one in pair)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.dup(0)
    os.close(free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free, hard))
    try:
        for mine, its in ends:
            rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array("i", [its.fileno()]))]
            worker._to_process.sendmsg([b"\0"], rights)
            connection = Httpd(mine)
            connection.ask("/")
            assert connection.frame()[0] == "FULL"
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert capsys.readouterr().err.count("PYHOOK0087") == 1
