"""A worker process says what to do about a beginner's mistake, as a child of httpd does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pyhook import cures
from pyhook import loading as names
from pyhook.worker import loading
from pyhook.worker.failures import described


@pytest.fixture(autouse=True)
def process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "cured_shop.py").write_text("def page(req):\n    return ''\n\n\ndef make():\n    return page\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(cures, "whose", cures.whose)
    monkeypatch.setattr(names, "_directories", {})
    monkeypatch.setattr(names, "made", {})
    monkeypatch.setattr(loading, "_applications", {})
    monkeypatch.setattr(loading, "directories", [str(tmp_path)])


def failed(name: str, *arguments: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """What the log has of a request for `name`."""
    monkeypatch.setattr(loading, "allowed", {name})
    try:
        served: Any = loading.application(name, lambda _: None)
        served(*arguments)
    except loading.Unresolved as unresolved:
        assert unresolved.__cause__ is not None
        return described(unresolved.__cause__, name)
    except Exception as error:
        return described(error.with_traceback(None), name)
    raise AssertionError("it did not fail")


@pytest.mark.parametrize("before", ["", "asgi ", "handler "])
def test_names_that_are_wrong(before: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    said = failed(f"{before}cured_nowhere:page", monkeypatch=monkeypatch)
    assert said.endswith(f"\nIt was looked for in {tmp_path} (PyHookPath, path=), and where the environment has its packages: "
                         "name the directory that holds it")  # fmt: skip
    said = failed(f"{before}cured_shop:pages", monkeypatch=monkeypatch)
    assert said.endswith("has no 'pages', but page, make: write after the colon what is meant")


def test_a_callable_of_another_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    assert failed("cured_shop:page", {}, None, monkeypatch=monkeypatch).endswith("called with the request: write PyHookHandler")
    assert failed("cured_shop:make()", {}, None, monkeypatch=monkeypatch).endswith("called with the request: write PyHookHandler")
    assert failed("asgi cured_shop:page", {}, None, None, monkeypatch=monkeypatch).endswith("called with the request: write PyHookHandler")


def test_a_file_that_the_user_of_the_processes_may_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    said = described(PermissionError(13, "Permission denied", "/etc/shadow"), "cured_shop:page")
    assert f"{cures.user()}, the user of these processes, " in said


def test_an_error_that_has_no_cure_is_its_traceback() -> None:
    assert described(ValueError("x"), "cured_shop:page") == "ValueError: x"
