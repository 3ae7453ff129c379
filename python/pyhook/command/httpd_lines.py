"""Lines of httpd's configuration, as httpd reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

WORD = re.compile(r""""((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(\S+)""")


@dataclass(frozen=True)
class Line:
    """A directive, the beginning or the end of a section, a comment or nothing; several lines where a backslash joins them."""

    text: str
    number: int

    @property
    def indent(self) -> str:
        return self.text[: len(self.text) - len(self.text.lstrip())]

    @property
    def directive(self) -> str:
        """Its name as written, with the `<` of a section; empty for a comment or an empty line."""
        words = self.text.replace("\\\n", " ").split(None, 1)
        return "" if not words or words[0].startswith("#") else words[0]

    @property
    def words(self) -> list[str]:
        """What follows the name, without quotes and without the `>` of a section."""
        rest = self.text.replace("\\\n", " ").strip()[len(self.directive) :]
        if self.directive.startswith("<"):
            rest = rest.rstrip().removesuffix(">")
        return words_of(rest)


def words_of(text: str) -> list[str]:
    """The words of a directive, without their quotes."""
    return [_unquoted(match) for match in WORD.finditer(text)]


def _unquoted(match: re.Match[str]) -> str:
    if match[3] is not None:
        return match[3]
    return re.sub(r"\\(.)", r"\1", match[1] if match[1] is not None else match[2])


def quoted(value: object) -> str:
    """One word, as `Line.words` reads it."""
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def lines_of(text: str) -> Iterator[Line]:
    joined, first = "", 0
    for number, each in enumerate(text.splitlines(), 1):
        first = first or number
        joined += each
        if each.endswith("\\"):
            joined += "\n"
            continue
        yield Line(joined, first)
        joined, first = "", 0
    if joined:
        yield Line(joined.rstrip("\\\n"), first)
