"""The answers a hook gives to httpd that are not HTTP statuses (`httpd.h`).

Plain integers: an enum would cost every interpreter the import of `enum`, more than the rest of this package.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

OK: Final = 0
"""This phase is done, and well."""

DECLINED: Final = -1
"""Not mine: let the next module answer."""

DONE: Final = -2
"""The request is done: skip what is left and log it."""

_names = {OK: "OK", DECLINED: "DECLINED", DONE: "DONE"}


def describe(answer: int) -> str:
    """The answer as a reader of an error message knows it: `DECLINED`, or the number of an HTTP status."""
    return _names.get(answer) or str(int(answer))
