"""What an application in a worker process has counted until httpd has it. t/processes tests it with a server."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import pytest

from pyhook.worker import frames, metrics

FAMILY = "counter\0orders\0country\0other\0"
KEY = "counter\0orders\0country\0de\0"


@pytest.fixture(autouse=True)
def nothing_waits() -> Iterator[None]:
    metrics.take()
    yield
    metrics.take()


def test_changes_add_up_until_they_are_taken() -> None:
    metrics.change_metric(KEY, FAMILY, 1.0, False)
    metrics.change_metric(KEY, FAMILY, 2.5, False)
    assert metrics.take() == {KEY: (FAMILY, 3.5, False)}
    assert metrics.take() == {}


def test_what_is_set_replaces_what_was_added_and_takes_what_comes_after() -> None:
    metrics.change_metric(KEY, FAMILY, 1.0, False)
    metrics.change_metric(KEY, FAMILY, 7.0, True)
    metrics.change_metric(KEY, FAMILY, 2.0, False)
    assert metrics.take() == {KEY: (FAMILY, 9.0, True)}


def test_what_httpd_has_not_got_waits_again_before_what_was_counted_since() -> None:
    metrics.change_metric(KEY, FAMILY, 1.0, False)
    taken = metrics.take()
    metrics.change_metric(KEY, FAMILY, 5.0, True)
    metrics.change_metric(FAMILY, FAMILY, 1.0, False)
    metrics.put_back(taken)
    assert metrics.take() == {KEY: (FAMILY, 5.0, True), FAMILY: (FAMILY, 1.0, False)}


def test_too_many_numbers_count_for_their_family() -> None:
    for number in range(metrics.MOST + 10):
        metrics.change_metric(f"counter\0orders\0country\0{number}\0", FAMILY, 1.0, False)
    taken = metrics.take()
    assert len(taken) == metrics.MOST + 1
    assert taken[FAMILY] == (FAMILY, 10.0, False)


def test_a_frame_has_amount_help_and_key() -> None:
    metrics.define_metric(FAMILY, "Orders by country.")
    metrics.take()
    metrics.change_metric(KEY, FAMILY, 2.0, False)
    frame = metrics.packed(metrics.take())
    payload = f"2.0\0+\0Orders by country.\0{KEY}".encode()
    assert frame == struct.pack("=II", len(payload), frames.METRIC) + payload


def test_what_is_too_long_for_a_frame_is_left_out_whole() -> None:
    metrics.define_metric(FAMILY, "o" * frames.MOST)
    metrics.take()
    metrics.change_metric(KEY, FAMILY, 2.0, False)
    assert metrics.packed(metrics.take()) == b""
    metrics.define_metric(FAMILY, "Orders by country.")
    assert metrics.packed(metrics.take()) != b""
