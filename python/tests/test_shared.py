"""The fake of the dictionaries that children share."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import pyhook
from pyhook.testing import FakeSharedDict


def test_every_name_has_a_dictionary_and_keeps_it() -> None:
    pyhook.shared["one"]["key"] = "value"
    assert pyhook.shared["one"]["key"] == "value"
    assert "key" not in pyhook.shared["other"]


def test_numbers_add_up_and_nothing_else_does() -> None:
    d = FakeSharedDict()
    assert [d.incr("n"), d.incr("n", 5), d.incr("new", init=10)] == [1, 6, 11]
    d["text"] = "x"
    with pytest.raises(TypeError):
        d.incr("text")
    with pytest.raises(OverflowError):
        d.incr("n", 2**63 - 1)


def test_add_keeps_what_is_there() -> None:
    d = FakeSharedDict()
    assert (d.add("k", b"1"), d.add("k", b"2"), d["k"]) == (True, False, b"1")
    assert (d.delete("k"), d.delete("k"), d.get("k", 5)) == (True, False, 5)


def test_an_entry_ends_with_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    d = FakeSharedDict()
    d.set("k", 1, ttl=5)
    assert d.ttl("k") == 5
    now = 105.0
    assert d.get("k") is None
    with pytest.raises(ValueError):
        d.set("k", 1, ttl=0)


@pytest.mark.parametrize("value", [1.5, True, None, ["list"]])
def test_other_types_are_refused(value: object) -> None:
    with pytest.raises(TypeError):
        FakeSharedDict().set("k", value)  # type: ignore[arg-type]


def test_a_full_one_keeps_what_it_has() -> None:
    d = FakeSharedDict(size=100)
    d["k"] = b"x" * 90
    with pytest.raises(pyhook.SharedFull):
        d["k"] = b"y" * 200
    assert d["k"] == b"x" * 90


def test_a_dictionary_whose_server_is_away() -> None:
    shared = FakeSharedDict()
    shared.set("key", 1)
    shared.is_away = True
    calls: list[Callable[[], object]] = [
        lambda: shared.get("key"),
        lambda: shared.set("key", 2),
        lambda: shared.add("key", 2),
        lambda: shared.incr("key"),
        lambda: shared.delete("key"),
        lambda: shared.ttl("key"),
        lambda: "key" in shared,
        shared.keys,
        shared.clear,
    ]
    for call in calls:
        with pytest.raises(pyhook.SharedAway):
            call()
    shared.is_away = False
    assert shared["key"] == 1
