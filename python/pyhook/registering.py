"""How callables register themselves, and what becomes of it when the module that does so can't be imported."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_added: list[tuple[str | None, list[Any], object]] = []  # by which module, to what, what


def add(entries: list[Any], entry: object, *, first: bool = False) -> None:
    """Add an entry at the end, or as the first one."""
    entries.insert(0 if first else len(entries), entry)
    _added.append((_imported_now(), entries, entry))


def count() -> int:
    """How many entries have been added so far."""
    return len(_added)


def forget(before: int) -> None:
    """Take back what was added since `count()` gave `before` by modules that are not there: they raised."""
    for module, entries, entry in reversed(_added[before:]):
        if module is not None and module not in sys.modules:
            places = [place for place, each in enumerate(entries) if each is entry]
            if places:
                del entries[places[-1]]


def _imported_now() -> str | None:
    """The innermost module whose import has come here."""
    frame = sys._getframe(2)
    while frame.f_code.co_name != "<module>":
        if frame.f_back is None:
            return None
        frame = frame.f_back
    name = frame.f_globals.get("__name__")
    return name if isinstance(name, str) else None
