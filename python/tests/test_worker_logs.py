"""What a worker process prints and logs, in httpd's error log."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, cast

import pytest

from pyhook import registering
from pyhook.records.names import levels
from pyhook.worker import streams

if TYPE_CHECKING:
    from _pyhook import Level


def test_a_text_of_several_lines_is_one_entry() -> None:
    outside = io.StringIO()
    log = streams.Log(3, outside)
    print("one\ntwo", file=log)
    print("three\nfour", end="", file=log)
    log.flush()
    log.write("long\n" * 50_000 + "rest")
    lines = [line.rpartition("] ")[2] for line in outside.getvalue().splitlines()]
    assert lines[:4] == ["one", "| two", "three", "| four"]
    assert len(lines) == 4 + 50_000


def test_levels_that_no_log_level_wants_are_not_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "most", "warn")
    monkeypatch.setattr(registering, "refusal", registering.refusal)  # which the import sets
    from pyhook.worker import native

    assert [level for level in levels if native.is_logged(cast("Level", level))] == list(levels[:6]), "every notice is written"
    assert native._most_talkative_level() == "warn"
