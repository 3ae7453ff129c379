"""Tracebacks as they are of use to the author of an application."""

from __future__ import annotations

import os
import traceback

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

_PLACE = os.path.dirname(__file__)
_PLACES = frozenset((_PLACE, os.path.dirname(_PLACE)))


def traceback_of(exception: BaseException) -> str:
    """Return the traceback without the frames of this package, and of the imports that it makes."""
    found = exception.__traceback__
    while found is not None and _is_ours(found):
        found = found.tb_next
    return "".join(traceback.format_exception(type(exception), exception, found)).rstrip()


def _is_ours(entry: TracebackType) -> bool:
    name = entry.tb_frame.f_code.co_filename
    return os.path.dirname(name) in _PLACES or name.startswith("<frozen importlib") or "/importlib/" in name
