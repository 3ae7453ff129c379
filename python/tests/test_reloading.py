"""What is seen of edited files."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
import types
import zipfile
from collections.abc import Iterator
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock

import pytest

from pyhook import reloading as original


@pytest.fixture
def reloading(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A `pyhook.reloading` of the test's own, which has started now."""
    assert original.__spec__ is not None
    module = importlib.util.module_from_spec(original.__spec__)
    assert original.__spec__.loader is not None
    original.__spec__.loader.exec_module(module)
    monkeypatch.setattr(SourceFileLoader, "path_stats", SourceFileLoader.path_stats)
    monkeypatch.setattr(sys, "modules", sys.modules.copy())
    module.__dict__["start"]()
    yield module


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory on `sys.path`."""
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def write(path: Path, text: str, age: int = 0) -> str:
    """Put a new file there, as old as wanted."""
    path.parent.mkdir(exist_ok=True)
    new = path.with_name(path.name + ".new")
    new.write_text(text)
    moment = new.stat().st_mtime - age
    os.utime(new, (moment, moment))
    new.replace(path)
    importlib.invalidate_caches()
    return str(path)


def test_the_kernel_is_asked_to_tell_of_a_file_before_it_is_read(reloading: Any, place: Path) -> None:
    told: list[str] = []
    reloading.start(told.append)
    sys.modules["teller"] = types.ModuleType("teller")
    sys.modules["teller"].__dict__["so_far"] = told.copy
    path = write(place / "seen_told.py", "import teller\nbefore = teller.so_far()\n")
    assert path in importlib.import_module("seen_told").before


def test_it_is_asked_for_files_that_are_missing_too(reloading: Any) -> None:
    told: list[str] = []
    reloading.start(told.append)
    reloading.also(["/gone/settings.py"])
    reloading.note(FileNotFoundError(2, "No such file", "/gone/page.wsgi"))
    assert told == ["/gone/settings.py", "/gone/page.wsgi"]


def test_an_older_file_is_an_edit_before_the_first_look(reloading: Any, place: Path) -> None:
    path = write(place / "seen_one.py", "word = 1\n")
    importlib.import_module("seen_one")
    write(place / "seen_one.py", "word = 2\n", age=10_000)
    assert reloading.changed() == [path]
    assert reloading.changed() == []
    assert reloading.imported_and_edited() == ["seen_one"]


def test_what_was_read_is_no_edit(reloading: Any, place: Path) -> None:
    write(place / "seen_two.py", "word = 1\n")
    importlib.import_module("seen_two")
    assert reloading.changed() == []
    assert reloading.imported_and_edited() == []
    assert "seen_two" in reloading.imported()


def test_a_file_that_is_gone_is_no_edit(reloading: Any, place: Path) -> None:
    path = Path(write(place / "seen_gone.py", "word = 1\n"))
    importlib.import_module("seen_gone")
    path.unlink()
    assert reloading.changed() == []
    write(path, "word = 2\n")
    assert reloading.changed() == [str(path)]


def test_a_module_becomes_a_package_and_back(reloading: Any, place: Path) -> None:
    path = Path(write(place / "seen_both.py", "word = 1\n"))
    importlib.import_module("seen_both")
    path.unlink()
    inner = Path(write(place / "seen_both" / "__init__.py", "word = 2\n"))
    assert reloading.changed() == [str(path)]
    reloading.check()
    sys.modules.pop("seen_both")
    importlib.import_module("seen_both")
    inner.unlink()
    write(path, "word = 3\n")
    assert sorted(reloading.changed()) == sorted([str(path), str(inner)])


def test_a_zip_file_is_looked_at(reloading: Any, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = place / "words.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("seen_zip.py", "word = 1\n")
    monkeypatch.syspath_prepend(str(path))
    importlib.import_module("seen_zip")
    reloading.changed()
    path.touch()
    assert reloading.changed() == [str(path)]


def test_odd_modules_are_not_asked(reloading: Any, place: Path) -> None:
    class Raising(ModuleType):
        def __getattribute__(self, name: str) -> Any:
            raise ImportError(name)

    path = types.ModuleType("odd_path")
    path.__file__ = Path("/odd.py")  # type: ignore[assignment]
    odd: Any = {"odd_raises": Raising("odd_raises"), "odd_path": path, "odd_mock": MagicMock(), "odd_none": None}
    sys.modules.update(odd)
    assert reloading.changed() == []
    assert not odd.keys() & set(reloading.imported())


def test_every_edited_file_must_compile(reloading: Any, place: Path) -> None:
    write(place / "seen_first.py", "word = 1\n")
    write(place / "seen_second.py", "word = 1\n")
    importlib.import_module("seen_first")
    importlib.import_module("seen_second")
    write(place / "seen_first.py", "word == = 2\n")
    reloading.changed()
    write(place / "seen_second.py", "word = 22\n")
    reloading.changed()
    with pytest.raises(SyntaxError):
        reloading.check()
    write(place / "seen_first.py", "word = 3\n")
    reloading.check()


def test_only_what_was_edited_must_be_imported(reloading: Any, place: Path) -> None:
    write(place / "seen_raises.py", "raise RuntimeError('outside of a request')\n")
    write(place / "seen_fine.py", "word = 1\n")
    names = ["_pyhook_file_0", "seen_raises", "seen_fine", "seen_fine.inner"]
    reloading.import_again(names, ["_pyhook_file_0", "seen_fine.inner"])
    assert sys.modules["seen_fine"].word == 1
    with pytest.raises(RuntimeError):
        reloading.import_again(names, ["seen_raises"])
    write(place / "seen_asks.py", "import seen_nowhere\n")
    with pytest.raises(ModuleNotFoundError):
        reloading.import_again(["seen_asks"], ["seen_asks"])
