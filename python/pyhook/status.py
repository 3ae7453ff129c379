"""The answers of a hook to httpd that are not HTTP statuses (`httpd.h`).

They are plain integers: an enum would cost every interpreter the import of `enum`, more than the rest of this package.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

OK: Final = 0
"""This phase is done, successfully."""

DECLINED: Final = -1
"""The callable has no answer: the next callable or module decides."""

DONE: Final = -2
"""The request is done: skip the rest and log it."""

_names = {OK: "OK", DECLINED: "DECLINED", DONE: "DONE"}


def describe(answer: int) -> str:
    """Return the answer as an error message shows it: `DECLINED`, or the number of an HTTP status."""
    return _names.get(answer) or str(int(answer))
