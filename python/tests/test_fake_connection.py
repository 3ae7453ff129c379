"""A fake connection for a protocol that is not HTTP."""

from __future__ import annotations

import pytest

import pyhook
from pyhook.testing import FakeConnection


def test_lines_come_and_answers_go() -> None:
    c = FakeConnection(incoming=b"one\ntwo three")
    assert (c.readline(), c.read(3), c.recv(100), c.recv(1)) == (b"one\n", b"two", b" three", b"")
    c.write("caf\xe9")
    c.write(b"!")
    c.flush()
    assert c.written == b"caf\xc3\xa9!"


def test_a_line_is_no_longer_than_its_limit() -> None:
    assert FakeConnection(incoming=b"long line\n").readline(4) == b"long"


def test_wrong_sizes_and_times_are_refused() -> None:
    c = FakeConnection(incoming=b"x")
    with pytest.raises(ValueError):
        c.read(0)
    with pytest.raises(ValueError):
        c.read(1, timeout=0)


def test_filters_are_recorded_once() -> None:
    c = FakeConnection()
    for name in ("A", "B", "A"):
        c.add_input_filter(name)
        c.add_output_filter(name)
    assert c.input_filters == c.output_filters == ["A", "B"]


def test_after_the_end_nothing_goes() -> None:
    c = FakeConnection()
    c.end()
    with pytest.raises(pyhook.RequestEnded):
        c.write("x")
