"""Members of `req` that show a field of httpd's record."""

from __future__ import annotations

from operator import attrgetter

from .asking import RECORD, ask, latin1, native
from .tables import mp_table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Member:
    """A field of `pyhook.Request`, of the same name unless another is given."""

    def __init__(self, name: str | None = None, writable: bool = False) -> None:
        self.name = name or ""
        self.writable = writable
        self.read: Any = None

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = self.name or name
        self.read = attrgetter("pyhook." + self.name)

    def __get__(self, req: Any, owner: type | None = None) -> Any:
        return self if req is None else self.shown(self.read(req))

    def __set__(self, req: Any, value: Any) -> None:
        if not self.writable:
            raise TypeError(f"req.{self.name} is read-only")
        setattr(req.pyhook, self.name, self.given(value))

    def shown(self, value: Any) -> Any:
        """Make what handlers see of pyhook's value."""
        return value

    def given(self, value: Any) -> Any:
        """Make pyhook's value of a handler's."""
        return value


class Table(Member):
    """One of httpd's tables, the same object at each look."""

    def __set_name__(self, owner: type, name: str) -> None:
        super().__set_name__(owner, name)
        self.kept = "_table_" + name

    def __get__(self, req: Any, owner: type | None = None) -> Any:
        if req is None:
            return self
        known = req.__dict__.get(self.kept)
        if known is None:
            known = req.__dict__[self.kept] = mp_table.over(self.read(req))
        return known

    def __set__(self, req: Any, value: Any) -> None:
        raise AttributeError(f"req.{self.name} is a table: change what is in it")


class Number(Member):
    """A number; True and False are 1 and 0."""

    def shown(self, value: Any) -> Any:
        return int(value)


class Truth(Number):
    """1 or 0."""

    def given(self, value: Any) -> Any:
        return bool(value)


class Asked(Member):
    """A number that only httpd's record has."""

    def __get__(self, req: Any, owner: type | None = None) -> Any:
        return self if req is None else int(ask("mod_python.number", req.pyhook, self.name) or 0)

    def __set__(self, req: Any, value: Any) -> None:
        if not self.writable:
            raise TypeError(f"req.{self.name} is read-only")
        ask("mod_python.number", req.pyhook, f"{self.name}={int(value)}")


def texts(req: Any, name: str) -> tuple[str, ...]:
    """Ask for a list of texts that only httpd's record has."""
    return tuple(latin1(text) for text in (ask("mod_python.text", req.pyhook, name) or "").split(RECORD)[:-1])
