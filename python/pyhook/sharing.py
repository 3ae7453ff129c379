"""`pyhook.shared`: the dictionaries that all children of the server share."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ._native import SharedDict


class Dictionaries:
    """`pyhook.shared["name"]` is the `SharedDict` that `PyHookShared name size` declares; `KeyError` for any other
    name.
    """

    def __init__(self, known: Mapping[str, SharedDict]) -> None:
        self._known = known

    def __getitem__(self, name: str) -> SharedDict:
        try:
            return self._known[name]
        except KeyError:
            raise KeyError(f"no shared dictionary is named {name!r}: declare it with PyHookShared") from None

    def __contains__(self, name: object) -> bool:
        return name in self._known

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def __repr__(self) -> str:
        return f"<shared dictionaries: {', '.join(self._known) or 'none'}>"
