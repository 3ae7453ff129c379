"""Which files have been edited since this process has loaded them."""

from __future__ import annotations

import os
import sys


class Edits:
    """The files of the modules that are loaded, and those that the configuration names."""

    def __init__(self, touched: list[str]) -> None:
        self._touched = {path: _state_of(path) for path in touched}
        self._loaded: dict[str, tuple[int, int]] = {}

    def found(self, in_modules: bool) -> str:
        """Return a file that has changed since it was looked at before; "" if there is none.

        The first look at a file is no finding: an application may write modules and import them at each start.

        `in_modules`: look at the files of modules, too.
        """
        changed = [path for path, before in self._touched.items() if self._has_changed(self._touched, path, before)]
        if in_modules:
            for path in _files_of_modules():
                before = self._loaded.get(path)
                if self._has_changed(self._loaded, path, before) and before:
                    changed.append(path)
        return changed[0] if changed else ""

    @staticmethod
    def _has_changed(known: dict[str, tuple[int, int]], path: str, before: tuple[int, int] | None) -> bool:
        known[path] = _state_of(path)
        return known[path] != before

    def note(self) -> None:
        """Look at the modules that are new: an application has just been loaded."""
        for path in _files_of_modules():
            if path not in self._loaded:
                self._loaded[path] = _state_of(path)


def _state_of(path: str) -> tuple[int, int]:
    try:
        found = os.stat(path)
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


def _files_of_modules() -> list[str]:
    files = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
    return [file for file in files if isinstance(file, str)]
