"""The tables of `pyhook memory` and `pyhook profile`, from answers of several children and interpreters."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pyhook.command import memory_command, profile_command
from pyhook.command.flame import flame_graph
from pyhook.command.main import main


def answers(monkeypatch: pytest.MonkeyPatch, module: Any, children: list[dict[str, Any]]) -> list[tuple[str, float]]:
    """Every question, with the seconds that it may take."""
    asked: list[tuple[str, float]] = []

    def ask_all(_: object, line: str, seconds: float = 0) -> list[dict[str, Any]]:
        asked.append((line, seconds))
        return children

    monkeypatch.setattr(module, "ask_all", ask_all)
    return asked


def traced(file: str, line: int, growth: int, size: int, count: int) -> dict[str, Any]:
    return {"file": file, "line": line, "growth": growth, "size": size, "count": count}


MEMORY = [
    {"pid": 8, "memory": [{"interpreter": "main", "traced": [traced("/srv/shop.py", 7, -12, 300, 2)]}, {"interpreter": "blog", "traced": []}]},
    {"pid": 1234567, "memory": [{"interpreter": "main", "traced": [traced("/srv/a.py", 1, 5000000, 6000000, 10), traced("/srv/\x1b.py", 2, 0, 1, 1)]}]},
]


def test_memory_has_a_row_for_each_line_of_each_interpreter(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    asked = answers(monkeypatch, memory_command, MEMORY)
    assert main(["memory", "30"]) == 0
    assert capsys.readouterr().out == """\
PID      INTERPRETER  GROWTH   SIZE     OBJECTS  LINE
8        main         -12      300      2        /srv/shop.py:7
1234567  main         5000000  6000000  10       /srv/a.py:1
1234567  main         0        1        1        /srv/\\x1b.py:2
"""
    assert asked == [("memory 30", 50)]


def test_memory_as_json_is_what_the_children_say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    answers(monkeypatch, memory_command, MEMORY)
    assert main(["memory", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == MEMORY


def seen(count: int, *frames: str) -> dict[str, Any]:
    return {"count": count, "frames": list(frames)}


PROFILE = [
    {"pid": 8, "profiles": [{"interpreter": "main", "stacks": [seen(6, "page", "price"), seen(1, "page")]}, {"interpreter": "blog", "stacks": []}]},
    {"pid": 9, "profiles": [{"interpreter": "main", "stacks": [seen(2, "page", "price"), seen(1, "walk", "walk", "walk")]}]},
]


def test_profile_counts_a_line_at_the_end_and_once_in_each_stack(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = answers(monkeypatch, profile_command, PROFILE)
    assert main(["profile", "5"]) == 0
    assert capsys.readouterr().out == """\
SELF  TOTAL  FUNCTION
80%   80%    price
10%   90%    page
10%   10%    walk
"""
    assert asked == [("profile 5", 5)]


def test_profile_writes_both_files_from_the_same_stacks(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers(monkeypatch, profile_command, PROFILE)
    svg, scope = tmp_path / "flame.svg", tmp_path / "scope.json"
    assert main(["profile", "--json", "--svg", str(svg), "--speedscope", str(scope)]) == 0
    assert json.loads(capsys.readouterr().out) == PROFILE
    assert svg.read_text() == flame_graph(profile_command.stacks_of(PROFILE))
    assert "price: 8 samples" in svg.read_text()
    [profile] = json.loads(scope.read_text())["profiles"]
    assert sum(profile["weights"]) == profile["endValue"] == 10


def test_a_profile_of_nothing_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    answers(monkeypatch, profile_command, [{"pid": 8, "profiles": []}])
    assert main(["profile"]) == 0
    assert capsys.readouterr() == ("", "No request ran in Python meanwhile.\n")


def test_migrate_as_json_has_every_line_and_marks_what_needs_a_person(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = tmp_path / "old.conf"
    old.write_text("Listen 80\nWSGIErrorOverride On\n")
    assert main(["migrate", str(old)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert main(["migrate", "--json", str(old)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [each["line"] for each in told] == lines
    assert [each["line"].startswith("# TODO:") for each in told] == [each["needs_a_person"] for each in told]
    assert [each["needs_a_person"] for each in told].count(True) == 1
