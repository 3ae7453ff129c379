from collections.abc import Iterator
from typing import Any, final

@final
class SharedDict:
    """A dictionary that all children of the server share, or several machines (PyHookShared)."""

    @property
    def name(self) -> str:
        """Its name in PyHookShared."""
    @property
    def size(self) -> int | None:
        """Its size in PyHookShared, in bytes; None if a server keeps it."""
    @property
    def free(self) -> int | None:
        """About how many bytes are free; None if a server keeps it."""
    def get(self, key: str, default: Any = None) -> Any:
        """The value, or `default`."""
    def set(self, key: str, value: bytes | str | int, ttl: float | None = None) -> None:
        """Store a value, for `ttl` seconds or for ever."""
    def add(self, key: str, value: bytes | str | int, ttl: float | None = None) -> bool:
        """Store it if there is none: True if it was stored."""
    def delete(self, key: str) -> bool:
        """Remove an entry: True if there was one."""
    def incr(self, key: str, amount: int = 1, init: int = 0, ttl: float | None = None) -> int:
        """Add to a number and return the sum. A missing one begins at `init` and lives `ttl` seconds."""
    def ttl(self, key: str) -> float | None:
        """The seconds an entry has left; None if it stays for ever."""
    def keys(self) -> list[str]:
        """A list of the keys, as they are now."""
    def clear(self) -> None:
        """Remove every entry."""
    def __getitem__(self, key: str, /) -> Any: ...
    def __setitem__(self, key: str, value: bytes | str | int, /) -> None: ...
    def __delitem__(self, key: str, /) -> None: ...
    def __contains__(self, key: object, /) -> bool: ...
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[str]: ...
