"""The lines of a configuration, as mod_pyhook tells them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pyhook.command.httpd_lines import words_of


@dataclass(frozen=True)
class Callable:
    spec: str
    use: str
    """`callable`, `filter`, `application` or `factory`."""


@dataclass(frozen=True, eq=False)
class Line:
    """A directive, or the beginning of a section."""

    directive: str
    args: str
    file: str
    number: int
    section: Line | None
    callables: Sequence[Callable] = ()
    phase: str | None = None
    all_run: bool = False
    lines: list[Line] = field(default_factory=list)
    """What stands in the section."""

    @property
    def name(self) -> str:
        return self.directive.lower()

    @cached_property
    def words(self) -> list[str]:
        return words_of(self.args.removesuffix(">") if self.directive.startswith("<") else self.args)

    @property
    def sections(self) -> list[Line]:
        """Those that it stands in, from the outermost on."""
        return [] if self.section is None else [*self.section.sections, self.section]

    @property
    def host(self) -> Line | None:
        return next((section for section in self.sections if section.name == "<virtualhost"), None)

    @property
    def place(self) -> str:
        """Where a person finds it."""
        return f"{self.file}:{self.number}"


def lines_from(objects: Iterable[dict[str, Any]]) -> list[Line]:
    """The lines that the objects describe, each in its section."""
    made: dict[int, Line] = {}
    for each in objects:
        line = Line(
            each["directive"],
            each["args"],
            each["file"],
            each["line"],
            made.get(each["section"]),
            [Callable(**callable) for callable in each.get("callables", [])],
            each.get("phase"),
            each.get("all_run", False),
        )
        made[each["number"]] = line
        if line.section is not None:
            line.section.lines.append(line)
    return list(made.values())
