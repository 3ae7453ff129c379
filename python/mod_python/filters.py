"""Filters: `filter.read()` takes from the chunk at hand what mod_pyhook gives to a generator."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator

    from _pyhook import Filter


def output(filter: Filter) -> Generator[bytes | None, bytes | None, None]:
    """Filter a response."""
    raise NotImplementedError
    yield


def input(filter: Filter) -> Generator[bytes | None, bytes | None, None]:
    """Filter a request body."""
    raise NotImplementedError
    yield
