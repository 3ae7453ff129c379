"""A table of headers, with httpd's rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

_token = frozenset("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_line_ends = frozenset("\r\n\0")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected str, not {type(value).__name__}")
    if "\0" in value:
        raise ValueError("a NUL character is not allowed here")
    return value


def field_value(value: str | None) -> None:
    """Raise `ValueError` for a value that a header cannot have."""
    if value is not None and not _line_ends.isdisjoint(value):
        raise ValueError(f"a header's value can't contain CR, LF or NUL: {value!r}")


def a_token(name: str, what: str) -> None:
    """Raise `ValueError` for a name that is no token (RFC 9110 §5.6.2)."""
    if not name or not _token.issuperset(name):
        raise ValueError(f"{what} is a token (RFC 9110, 5.6.2), not {name!r}")


def _framing(name: str, value: str, of: Literal["response", "always"]) -> None:
    if name == "transfer-encoding":
        raise ValueError("httpd frames the body: a response can't be given a Transfer-Encoding")
    if name == "content-length" and of == "always":
        raise ValueError("a Content-Length belongs into headers_out, where httpd looks for it")
    if name == "content-length" and not (value.isascii() and value.isdigit() and int(value) < 1 << 63):
        raise ValueError(f"a Content-Length is a number of bytes, not {value!r}")


class Headers(MutableMapping[str, str]):
    """`pyhook.Headers` (`apr_table_t`) without httpd: case-insensitive, ordered, a name may occur several times.

    `[]` and `get` return the first value of a name, setting replaces all of them, iteration yields every name once.
    Setting raises `TypeError` unless both are str, and `ValueError` for a name that is no token or a value with CR, LF
    or NUL. With `fields=False`, as for notes and the environment, only NUL is refused. `of` says that these are the
    headers of a response, or those that are sent beside them: httpd alone says where the body ends, and they must not
    contradict it. `may_change` raises an exception for a name that may not be set or deleted.
    """

    def __init__(
        self,
        items: Mapping[str, str] | Iterable[tuple[str, str]] = (),
        *,
        fields: bool = True,
        of: Literal["response", "always"] | None = None,
        check: Callable[[], None] | None = None,
        may_change: Callable[[str], None] | None = None,
    ) -> None:
        self._fields, self._of, self._may_change = fields, of, may_change
        self._check = check or (lambda: None)
        self._rows: list[tuple[str, str]] = []
        for name, value in items.items() if isinstance(items, Mapping) else items:
            self.add(name, value)

    def _row(self, name: str, value: str) -> tuple[str, str]:
        row = _text(name), _text(value)
        if self._may_change is not None:
            self._may_change(name)
        if self._fields:
            a_token(name, "a header's name")
            field_value(value)
        if self._of is not None:
            _framing(name.lower(), value, self._of)
        return row

    def _live(self) -> list[tuple[str, str]]:
        self._check()
        return self._rows

    def __getitem__(self, name: str, /) -> str:
        for value in self.get_all(name):
            return value
        raise KeyError(name)

    def __setitem__(self, name: str, value: str, /) -> None:
        row = self._row(name, value)
        rows = self._live()
        same = [at for at, (known, _) in enumerate(rows) if known.lower() == name.lower()]
        if not same:
            rows.append(row)
            return
        rows[same[0]] = row
        for at in reversed(same[1:]):
            del rows[at]

    def __delitem__(self, name: str, /) -> None:
        if name not in self:
            raise KeyError(name)
        if self._may_change is not None:
            self._may_change(name)
        self._rows[:] = [row for row in self._rows if row[0].lower() != name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names().values())

    def __len__(self) -> int:
        return len(self._names())

    def __contains__(self, name: object, /) -> bool:
        return isinstance(name, str) and name.lower() in self._names()

    def __repr__(self) -> str:
        return f"Headers({self.multi_items()!r})"

    def _names(self) -> dict[str, str]:
        names: dict[str, str] = {}
        for name, _ in self._live():
            names.setdefault(name.lower(), name)
        return names

    def add(self, name: str, value: str, /) -> None:
        """Add a value and keep those that the name has. The checks are those of setting."""
        row = self._row(name, value)
        if self._of == "response" and name.lower() == "content-length" and name in self:
            raise ValueError("there is a Content-Length already")
        self._live().append(row)

    def get_all(self, name: str, /) -> list[str]:
        """Return every value of a name, in order; an empty list if there is none."""
        return [value for known, value in self._live() if known.lower() == name.lower()]

    def multi_items(self) -> list[tuple[str, str]]:
        """Return every row, in order."""
        return list(self._live())
