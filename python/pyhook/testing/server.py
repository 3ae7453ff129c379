"""A fake virtual host."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ..records.field import Field, fill
from .native import log

if TYPE_CHECKING:
    from _pyhook import Level

    # A fake fits wherever the real record is expected, as typeshed does it for mocks.
    Fake = Any
else:
    Fake = object

text = (str, type(None))


class FakeServer(Fake):  # type: ignore[misc]
    """Fake of `pyhook.Server`; any field can be given by name: `FakeServer(port=8080, scheme="http")`."""

    hostname = Field[str | None](text, "localhost")
    port = Field[int](int, 80)
    scheme = Field[str | None](text, None)
    admin = Field[str | None](text, None)
    is_virtual = Field[bool](bool, False)
    defn_name = Field[str | None](text, None)
    defn_line_number = Field[int](int, 0)
    error_log = Field[str | None](text, None)
    log_level = Field["Level"](str, "warn")
    timeout = Field[float](float, 60.0)
    keep_alive = Field[bool](bool, True)
    keep_alive_timeout = Field[float](float, 5.0)
    keep_alive_max = Field[int](int, 100)
    path = Field[str](str, "")
    limit_req_line = Field[int](int, 8190)
    limit_req_fieldsize = Field[int](int, 8190)
    limit_req_fields = Field[int](int, 100)

    def __init__(
        self,
        *,
        names: list[str] | None = None,
        wild_names: list[str] | None = None,
        next: FakeServer | None = None,
        options: Mapping[str, str] | None = None,
        **fields: Any,
    ) -> None:
        self._names, self._wild_names, self._next = list(names or ()), list(wild_names or ()), next
        self._options = MappingProxyType(dict(options or {}))
        fill(self, fields)

    def _check(self) -> None:
        """A server lives as long as its process."""

    @property
    def names(self) -> list[str]:
        """`ServerAlias` names without wildcards."""
        return list(self._names)

    @property
    def wild_names(self) -> list[str]:
        """`ServerAlias` names with wildcards."""
        return list(self._wild_names)

    @property
    def next(self) -> FakeServer | None:
        """The next virtual host."""
        return self._next

    @property
    def options(self) -> Mapping[str, str]:
        """The server's `PyHookOption`s."""
        return self._options

    def log(self, message: str, level: Level = "info") -> None:
        """Do what `pyhook.log` does."""
        log(message, level)
