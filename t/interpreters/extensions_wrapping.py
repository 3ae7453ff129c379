"""A package that wraps the error of its extension, as numpy does; the last line of its message is empty."""

from __future__ import annotations

try:
    import numpy
except ImportError as error:
    raise ImportError(f"\n\nIMPORTANT: PLEASE READ THIS\n\nOriginal error was: {error}\n") from error


def compute(req: object) -> str:
    return f"{int(numpy.arange(10).sum())}\n"
