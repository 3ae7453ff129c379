"""What `pyhook ps` and `stacks` make of what the children answer."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pyhook.command import ps_command
from pyhook.command.failure import Failure


def child(pid: int, *calls: dict[str, Any], processes: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {"pid": pid, "memory": 5_000_000, "age": 61.0, "calls": list(calls), "silent": [], "processes": processes or []}


def call(**more: Any) -> dict[str, Any]:
    return {"interpreter": "main", "phase": "handler", "method": "GET", "uri": "/", "client": "::1", "age": 1.25, **more}


def process(pid: int, said: str = "[]", state: str = "ready") -> dict[str, Any]:
    return {"name": "shop/1", "pid": pid, "memory": 7_000_000, "age": 200_000, "state": state, "said": said}


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"number": 1, "in_python": True}, "Python"),
        ({"number": 1, "in_python": False}, "httpd"),
        ({"task": 1}, "loop"),
        ({"in_process": 1, "process": 70}, "process 70"),
        ({"in_process": 1, "process": 0}, "queue"),
    ],
)
def test_where_a_request_is(more: dict[str, Any], place: str) -> None:
    assert ps_command.rows_of([child(9, call(**more))]) == [
        (9, "5 MB", "1 min", "main", "1.2 s", place, "handler", "GET /", "::1")
    ]


def test_children_without_requests_and_processes_have_a_row_once() -> None:
    rows = ps_command.rows_of([child(8, processes=[process(70)]), child(9, processes=[process(71), {**process(0, state="none"), "name": "shop/2"}])])
    assert [row[:4] for row in rows] == [
        (8, "5 MB", "1 min", ""),
        (9, "5 MB", "1 min", ""),
        (71, "7 MB", "2 d", "shop/1"),
        ("-", "7 MB", "2 d", "shop/2"),
    ]
    assert {len(row) for row in rows} == {len(ps_command.HEADS)}


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.9, "0 s"), (59, "59 s"), (60, "1 min"), (3599, "59 min"), (3600, "1 h"), (172_799, "47 h"), (172_800, "2 d")]
)
def test_a_duration_is_short(seconds: float, text: str) -> None:
    assert ps_command.duration(seconds) == text


@pytest.mark.parametrize(
    "said",
    ["", "nonsense", "{", "7", "[7]", '[{"request": "GET /"}]', '{"request": 1}', "[" * 100_000,
     '[{"request": "GET /", "seconds": "soon", "stack": ""}]'],
)  # fmt: skip
def test_what_no_process_says_is_nothing(said: str) -> None:
    assert ps_command.requests_of(process(70, said)) == []


def test_a_terminal_is_not_at_the_mercy_of_a_process(capsys: pytest.CaptureFixture[str]) -> None:
    ps_command.print_process(process(70, json.dumps([{"request": "GET /\x1b[2J", "seconds": 2, "stack": "in\x1b]0;x\nmore\n"}])))
    assert capsys.readouterr().out == "70 shop/1: GET /\\x1b[2J, 2.0 s\nin\\x1b]0;x\nmore\n\n"


@pytest.mark.parametrize(("state", "said"), [("ready", "70 shop/1: no answer, because no Python runs in it\n\n"), ("starting", "")])
def test_a_process_that_does_not_answer_is_named(capsys: pytest.CaptureFixture[str], state: str, said: str) -> None:
    ps_command.print_process(process(70, "", state))
    assert capsys.readouterr().out == said


def test_one_child_or_one_process_alone() -> None:
    children = [child(8, call(number=1), processes=[process(70)]), child(9, processes=[process(70)])]
    assert [(one["pid"], one["processes"]) for one in ps_command.only(9, children)] == [(9, [])]
    assert [(one["calls"], one["processes"]) for one in ps_command.only(70, children)] == [([], [process(70)])]
    with pytest.raises(Failure, match="no child 3 with a control socket, and no worker process: pyhook ps lists them"):
        ps_command.only(3, children)
