from collections.abc import Iterator, MutableMapping
from typing import final

@final
class Headers(MutableMapping[str, str]):
    """A case-insensitive mapping over one of httpd's tables (collections.abc.MutableMapping). A name may occur several
    times: [] gives the first value, get_all them all."""

    def __getitem__(self, name: str, /) -> str: ...
    def __setitem__(self, name: str, value: str, /) -> None: ...
    def __delitem__(self, name: str, /) -> None: ...
    def __iter__(self) -> Iterator[str]: ...
    def __len__(self) -> int: ...
    def __contains__(self, name: object, /) -> bool: ...
    def add(self, name: str, value: str, /) -> None:
        """Append an entry, keeping others of the same name."""
    def get_all(self, name: str, /) -> list[str]:
        """Every value of `name`, in order; an empty list if there is none."""
    def multi_items(self) -> list[tuple[str, str]]:
        """Every (name, value) pair in order, repeated names included."""
