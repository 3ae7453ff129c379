"""What httpd sends of a request for a content handler (`mod_pyhook/processes/handler_frame.cpp`)."""

from __future__ import annotations

from ..records.field import rows_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..records.field import Field

_TIMES = ("mtime", "request_time")  # in microseconds


class Question:
    """The words of the frame."""

    def __init__(self, payload: bytes) -> None:
        words = payload.decode("utf-8", "surrogateescape").split("\0")
        self.name = words[0]
        """The handler."""
        self.reloads = "r" in words[1]
        self._given: dict[str, str] = {}
        self._languages: list[str] = []
        at = 2
        while name := words[at]:
            self._given[name] = words[at + 1]
            if name == "content_languages":
                self._languages.append(words[at + 1])
            at += 2
        at += 1
        self.tables: dict[str, list[tuple[str, str]]] = {}
        while at + 1 < len(words):
            name, end = words[at], at + 2 + 2 * int(words[at + 1])
            self.tables[name] = list(zip(words[at + 2 : end : 2], words[at + 3 : end : 2]))
            at = end
        self.line = f"{self._given.get('method')} {self._given.get('unparsed_uri')}"
        """For entries in the log."""
        self.path_below = self._given.get("path_below", "")
        self.local_ip = self._given.get("local_ip", "")
        self.is_initial = self._given.get("is_initial") == "1"

    def fields_of(self, kind: type) -> dict[str, Any]:
        """Return the values of the fields of a record; httpd sends none for None."""
        values = {name: self._value(name, row) for name, row in rows_of(kind).items()}
        values["content_languages"] = self._languages
        return values

    def _value(self, name: str, row: Field[Any]) -> Any:
        given = self._given.get(name)
        if given is None:
            return row.default
        if bool in row.types:
            return given == "1"
        if int in row.types:
            return int(given)
        if float in row.types:
            return int(given) / 1e6 if name in _TIMES else float(given)
        return given
