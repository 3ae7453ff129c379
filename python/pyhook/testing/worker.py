"""A fake backend of a balancer."""

from __future__ import annotations

from typing import Any

from ..records.field import Field, fill
from .server import Fake, text

number = (float, type(None))


class FakeWorker(Fake):  # type: ignore[misc]
    """Fake of `pyhook.Worker`; any field can be given by name: `FakeWorker(route="one", busy=3)`."""

    name = Field[str](str, "http://localhost")
    scheme = Field[str](str, "http")
    hostname = Field[str](str, "localhost")
    port = Field[int](int, 80)
    route = Field[str | None](text, None)
    redirect = Field[str | None](text, None)
    lbfactor = Field[float](float, 1.0)
    lbset = Field[int](int, 0)
    status = Field[str](str, "O")
    is_usable = Field[bool](bool, True)
    is_draining = Field[bool](bool, False)
    busy = Field[int](int, 0)
    elected = Field[int](int, 0)
    transferred = Field[int](int, 0)
    read = Field[int](int, 0)
    retries = Field[int](int, 0)
    error_time = Field[float | None](number, None)

    def __init__(self, **fields: Any) -> None:
        fill(self, fields)

    def _check(self) -> None:
        """A worker lives as long as its process."""
