"""Registers callables for modules, and takes the registrations back if the import of the module fails."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

refusal = ""
"""Why nothing can be registered in this process; "" if it can."""

_added: list[tuple[str | None, list[Any], object]] = []  # by which module, to what, what


def add(entries: list[Any], entry: object, *, first: bool = False) -> None:
    """Add an entry at the end, or at the beginning. Raises `RuntimeError` where nobody would call it."""
    if refusal:
        raise RuntimeError(refusal)
    entries.insert(0 if first else len(entries), entry)
    _added.append((_imported_now(), entries, entry))


def count() -> int:
    """Return how many entries have been added so far."""
    return len(_added)


def forget(before: int) -> None:
    """Remove entries added since `count()` returned `before` by modules whose import failed."""
    for module, entries, entry in reversed(_added[before:]):
        if module is not None and module not in sys.modules:
            places = [place for place, each in enumerate(entries) if each is entry]
            if places:
                del entries[places[-1]]


def _imported_now() -> str | None:
    """Return the innermost module whose import is running."""
    frame = sys._getframe(2)
    while frame.f_code.co_name != "<module>":
        if frame.f_back is None:
            return None
        frame = frame.f_back
    name = frame.f_globals.get("__name__")
    return name if isinstance(name, str) else None
