"""Describes one attribute of a record: its types, and whether a handler may set it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar, overload

T = TypeVar("T")


class Record(Protocol):
    """An object that has fields."""

    _fields: dict[str, Any]

    def _check(self) -> None:
        """Raise `RequestEnded` if httpd would."""


class Field(Generic[T]):
    """An attribute with httpd's name; `Field[str](str, "GET")` is read-only, `writable=True` is not.

    As in httpd, setting a read-only one raises `AttributeError`, a value of another type `TypeError`, and a value that
    `check` refuses `ValueError`.
    """

    def __init__(
        self,
        types: type | tuple[type, ...],
        default: T,
        *,
        writable: bool = False,
        check: Callable[[Any], None] | None = None,
    ) -> None:
        self.types = types if isinstance(types, tuple) else (types,)
        self.default = default
        self.writable = writable
        self._rule = check

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, record: None, owner: type) -> Field[T]: ...
    @overload
    def __get__(self, record: Record, owner: type) -> T: ...
    def __get__(self, record: Record | None, owner: type) -> T | Field[T]:
        if record is None:
            return self
        record._check()
        value: T = record._fields[self._name]
        return value

    def __set__(self, record: Record, value: T) -> None:
        record._check()
        if not self.writable:
            raise AttributeError(f"{self._name} is read-only")
        record._fields[self._name] = self.checked(value)

    def checked(self, value: Any) -> Any:
        """Return `value` if the field can hold it; raise `TypeError` or `ValueError` otherwise."""
        accepted = (*self.types, int) if float in self.types else self.types
        if not isinstance(value, accepted) or (isinstance(value, bool) and bool not in accepted):
            expected = " or ".join("None" if kind is type(None) else kind.__name__ for kind in self.types)
            raise TypeError(f"{self._name} is {expected}, not {type(value).__name__}")
        if isinstance(value, str) and "\0" in value:
            raise ValueError("a NUL character is not allowed here")
        if self._rule is not None:
            self._rule(value)
        return value


_rows: dict[type, dict[str, Field[Any]]] = {}


def rows_of(kind: type) -> dict[str, Field[Any]]:
    """Return the fields of a type of records, by name."""
    if kind not in _rows:
        names = [name for base in kind.__mro__ for name in vars(base)]
        _rows[kind] = {name: row for name in names if isinstance(row := getattr(kind, name), Field)}
    return _rows[kind]


def fill(record: Record, given: dict[str, Any]) -> None:
    """Give every field of a new record its value, from `given` or its default. Raises `TypeError` for an unknown
    name.
    """
    rows = rows_of(type(record))
    unknown = ", ".join(sorted(given.keys() - rows.keys()))
    if unknown:
        raise TypeError(f"{type(record).__name__} has no field {unknown}")
    record._fields = {name: row.checked(given[name]) if name in given else row.default for name, row in rows.items()}
