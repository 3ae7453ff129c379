"""`apache.table`: httpd's tables with the interface that mod_python gives them."""

from __future__ import annotations

from itertools import count

from .asking import latin1, native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Protocol

    class Entries(Protocol):
        """What `table` needs of pyhook's `Headers`."""

        def get_all(self, name: str, /) -> list[str]: ...
        def multi_items(self) -> list[tuple[str, str]]: ...
        def add(self, name: str, value: str, /) -> None: ...
        def __setitem__(self, name: str, value: str, /) -> None: ...
        def __delitem__(self, name: str, /) -> None: ...


class OwnEntries:
    """The entries of a table that no httpd record has. No look-up depends on how many there are."""

    def __init__(self) -> None:
        self._items: dict[int, tuple[str, str]] = {}
        self._numbers: dict[str, list[int]] = {}
        """Those of the entries of each name, in lower case."""
        self._next = count()

    def get_all(self, name: str, /) -> list[str]:
        items = self._items
        return [items[number][1] for number in self._numbers.get(name.lower(), ())]

    def multi_items(self) -> list[tuple[str, str]]:
        return list(self._items.values())

    def add(self, name: str, value: str, /) -> None:
        number = next(self._next)
        self._items[number] = name, value
        self._numbers.setdefault(name.lower(), []).append(number)

    def __setitem__(self, name: str, value: str, /) -> None:
        numbers = self._numbers.get(name.lower())
        if not numbers:
            return self.add(name, value)
        self._items[numbers[0]] = name, value
        for number in numbers[1:]:
            del self._items[number]
        del numbers[1:]

    def __delitem__(self, name: str, /) -> None:
        for number in self._numbers.pop(name.lower(), ()):
            del self._items[number]


class mp_table:  # noqa: N801
    """A mapping of strings whose keys have no case and may repeat: then `[]` gives a list."""

    def __init__(self, initial: Any = None) -> None:
        self._entries: Entries = OwnEntries()
        if initial is not None:
            self.update(initial)

    @classmethod
    def over(cls, entries: Entries) -> mp_table:
        """Show a table of httpd: what is changed here is changed there."""
        made = cls.__new__(cls)
        made._entries = entries
        return made

    def __getitem__(self, key: object) -> Any:
        found = self._found(key)
        if found is None:
            raise KeyError(key)
        return found

    def _found(self, key: object) -> Any:
        """Give the value of the key, a list of several, or None."""
        values = self._entries.get_all(native(key))
        if len(values) == 1:
            return latin1(values[0])
        return [latin1(value) for value in values] or None

    def __setitem__(self, key: object, value: object) -> None:
        self._entries[native(key)] = native(value)

    def __delitem__(self, key: object) -> None:
        if key not in self:
            raise KeyError(key)
        del self._entries[native(key)]

    def __contains__(self, key: object) -> bool:
        return bool(self._entries.get_all(native(key)))

    has_key = __contains__

    def __len__(self) -> int:
        return len(self._entries.multi_items())

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __eq__(self, other: object) -> bool:
        if isinstance(other, mp_table):
            return self._folded() == other._folded()
        return isinstance(other, dict) and self._folded() == mp_table(other)._folded()

    __hash__ = None  # type: ignore[assignment]

    def _folded(self) -> dict[str, list[str]]:
        folded: dict[str, list[str]] = {}
        for key, value in self.items():
            folded.setdefault(key.lower(), []).append(value)
        return folded

    def __repr__(self) -> str:
        return "{" + ", ".join(f"{key!r}: {value!r}" for key, value in self.items()) + "}"

    def add(self, key: object, value: object) -> None:
        """Append an entry, keeping others of the same key."""
        self._entries.add(native(key), native(value))

    def keys(self) -> list[str]:
        """Give each key once, in order."""
        return list({key.lower(): key for key, _ in reversed(self.items())}.values())[::-1]

    def values(self) -> list[str]:
        """Give all values, in order."""
        return [value for _, value in self.items()]

    def items(self) -> list[tuple[str, str]]:
        """Give all entries, in order."""
        return [(latin1(key), latin1(value)) for key, value in self._entries.multi_items()]

    def iterkeys(self) -> Iterator[str]:
        return iter(self.keys())

    def itervalues(self) -> Iterator[str]:
        return iter(self.values())

    def iteritems(self) -> Iterator[tuple[str, str]]:
        return iter(self.items())

    def get(self, key: object, default: Any = None) -> Any:
        found = self._found(key)
        return default if found is None else found

    def setdefault(self, key: object, default: object = "") -> Any:
        if key not in self:
            self[key] = default
        return self[key]

    def popitem(self) -> tuple[str, str]:
        """Remove the last entry and give it. Raises `KeyError` when there is none."""
        entries = self._entries.multi_items()
        if not entries:
            raise KeyError("popitem(): the table is empty")
        key, value = entries[-1]
        left = self._entries.get_all(key)[:-1]
        del self._entries[key]
        for one in left:
            self._entries.add(key, one)
        return latin1(key), latin1(value)

    def update(self, other: Any) -> None:
        """Set each key of another mapping."""
        for key in other.keys():
            self[key] = other[key]

    def clear(self) -> None:
        for key in self.keys():
            del self._entries[native(key)]

    def copy(self) -> mp_table:
        """Make an independent table with the same entries."""
        made = mp_table()
        for key, value in self.items():
            made.add(key, value)
        return made


mp_table.__module__ = "builtins"  # as the type of an extension that sites print
table = make_table = mp_table
