"""A fake of the dictionaries that children share."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..errors import SharedAway, SharedFull

if TYPE_CHECKING:
    Fake = Any
else:
    Fake = object

Value = bytes | str | int


def _expiry(ttl: float | None) -> float | None:
    if ttl is None:
        return None
    if not 0 < ttl <= 1e9:
        raise ValueError("a time to live is a number of seconds above 0")
    return time.monotonic() + ttl


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError(f"expected str, not {type(key).__name__}")
    return key


def _value(value: object) -> Value:
    if isinstance(value, bool) or not isinstance(value, (bytes, str, int)):
        raise TypeError(f"a shared dictionary holds bytes, str and int, not {type(value).__name__}")
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise OverflowError("int too big to convert")
    return value


class FakeSharedDict(Fake):  # type: ignore[misc]
    """Fake of `pyhook.SharedDict` in this process; `size` counts keys and values only.

    While `is_away` is True every method raises `SharedAway`, as if a Redis server kept it that is away.
    """

    def __init__(self, name: str = "test", size: int = 65536) -> None:
        self.name = name
        self.size = size
        self.is_away = False
        self._entries: dict[str, tuple[Value, float | None]] = {}

    def _live(self) -> dict[str, tuple[Value, float | None]]:
        if self.is_away:
            raise SharedAway(f"the server of the shared dictionary {self.name!r} can't be asked: is_away is True")
        now = time.monotonic()
        self._entries = {key: entry for key, entry in self._entries.items() if entry[1] is None or entry[1] > now}
        return self._entries

    @property
    def free(self) -> int:
        used = sum(len(key) + (8 if isinstance(value, int) else len(value)) for key, (value, _) in self._live().items())
        return self.size - used

    def _put(self, key: str, value: Value, expires: float | None) -> None:
        before = self._live().pop(key, None)
        if len(key) + (8 if isinstance(value, int) else len(value)) > self.free:
            if before is not None:
                self._entries[key] = before
            raise SharedFull(f"no room for {key!r}: the shared dictionary {self.name!r} of {self.size} bytes is full")
        self._entries[key] = (value, expires)

    def get(self, key: str, default: Any = None) -> Any:
        entry = self._live().get(_key(key))
        return default if entry is None else entry[0]

    def set(self, key: str, value: Value, ttl: float | None = None) -> None:
        self._put(_key(key), _value(value), _expiry(ttl))

    def add(self, key: str, value: Value, ttl: float | None = None) -> bool:
        expires = _expiry(ttl)
        _value(value)
        if _key(key) in self._live():
            return False
        self._put(key, value, expires)
        return True

    def delete(self, key: str) -> bool:
        return self._live().pop(_key(key), None) is not None

    def incr(self, key: str, amount: int = 1, init: int = 0, ttl: float | None = None) -> int:
        expires = _expiry(ttl)
        value, expires = self._live().get(_key(key), (init, expires))
        if not isinstance(value, int):
            raise TypeError(f"{key!r} holds no int")
        if not -(2**63) <= value + amount < 2**63:
            raise OverflowError(f"{key!r} would leave the range of 64 bits")
        self._put(key, value + amount, expires)
        return value + amount

    def ttl(self, key: str) -> float | None:
        expires = self._live()[_key(key)][1]
        return None if expires is None else expires - time.monotonic()

    def keys(self) -> list[str]:
        return list(self._live())

    def clear(self) -> None:
        self._live()
        self._entries = {}

    def __getitem__(self, key: str) -> Any:
        return self._live()[_key(key)][0]

    def __setitem__(self, key: str, value: Value) -> None:
        self.set(key, value)

    def __delitem__(self, key: str) -> None:
        if not self.delete(key):
            raise KeyError(key)

    def __contains__(self, key: object) -> bool:
        return key in self._live()

    def __len__(self) -> int:
        return len(self._live())

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())


class AnyDict(dict[str, FakeSharedDict]):
    """Every name has a dictionary, because nothing declares them outside httpd."""

    def __missing__(self, name: str) -> FakeSharedDict:
        return self.setdefault(name, FakeSharedDict(name))
