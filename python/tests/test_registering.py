from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from pyhook import life, loading, registering

PLUGIN = """
import pyhook

pyhook.on_child_init(print)
pyhook.on_exit(print)
raise OSError("no database")
"""


def test_a_module_that_raises_has_registered_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plugin_that_fails.py").write_text(PLUGIN)
    monkeypatch.syspath_prepend(tmp_path)
    callbacks: dict[str, list[Any]] = {"child_init": [print], "exit": [print]}
    monkeypatch.setattr(life, "callbacks", callbacks)
    with pytest.raises(OSError, match="no database"):
        loading.load_plugin("plugin_that_fails")
    assert callbacks == {"child_init": [print], "exit": [print]}


def test_a_module_that_it_has_imported_keeps_what_it_registered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plugin_part.py").write_text("import pyhook\npyhook.on_exit(repr)\n")
    (tmp_path / "plugin_whole.py").write_text("import plugin_part\n" + PLUGIN)
    monkeypatch.syspath_prepend(tmp_path)
    callbacks: dict[str, list[Any]] = {"child_init": [], "exit": []}
    monkeypatch.setattr(life, "callbacks", callbacks)
    with pytest.raises(OSError, match="no database"):
        loading.load_plugin("plugin_whole")
    assert callbacks == {"child_init": [], "exit": [repr]}
    assert sys.modules.pop("plugin_part")


def test_what_no_import_registers_stays() -> None:
    entries: list[str] = []
    before = registering.count()
    registering.add(entries, "two")
    registering.add(entries, "one", first=True)
    registering.forget(before)
    assert entries == ["one", "two"]
