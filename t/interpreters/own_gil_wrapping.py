"""A package that wraps the error of its extension, as numpy does; the last line of its message is empty."""

from __future__ import annotations

try:
    import readline  # noqa: F401
except ImportError as error:
    raise ImportError(f"\n\nIMPORTANT: PLEASE READ THIS\n\nOriginal error was: {error}\n") from error


def page(req: object) -> str:
    return "imported\n"
