"""What a directive of another module becomes, and what the rules of both modules need for it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from pyhook.command.access import Rule
from pyhook.command.httpd_lines import Line, quoted

ISOLATED = "Python starts isolated, and writes no bytecode"


@dataclass
class Migrated:
    """What stands in place of a line. `why` is what a person must look at, `because` why nothing stands there."""

    lines: list[str] = field(default_factory=list)
    why: str = ""
    because: str = ""


@dataclass(frozen=True)
class Daemon:
    """What WSGIDaemonProcess says of a group's Python; the rest is httpd's own business now."""

    name: str
    home: str
    path: tuple[str, ...]


@dataclass
class Site:
    """What other lines say, which a line needs."""

    daemons: dict[str, Daemon]
    path: list[str]
    callables: list[str]
    """The names that WSGICallableObject lines give."""
    rules: list[Rule]
    """Who may come to files."""
    interpreters: set[str] = field(default_factory=set)

    @property
    def runs_apart(self) -> bool:
        """Several groups become interpreters of their own."""
        return len(self.daemons) > 1


Rules = dict[str, Callable[[Line, Site], Migrated]]
"""By the name of the directive in lower case, with the `<` of a section."""


def as_word(word: str) -> str:
    return quoted(word) if re.search(r"[\s\"']", word) else word


def application_group(line: Line, site: Site) -> Migrated:
    name = line.words[0] if line.words else ""
    if name == "%{GLOBAL}":
        return Migrated(because="the main interpreter is where applications run")
    if name.startswith("%{"):
        return Migrated(why="the main interpreter serves all; PyHookInterpreter NAME and PyHookRunIn NAME separate applications")
    made = [] if name in site.interpreters else [f"PyHookInterpreter {name}"]
    site.interpreters.add(name)
    return Migrated([*made, f"PyHookRunIn {name}"])


def switch(directive: str) -> Callable[[Line, Site], Migrated]:
    """The same under another name."""
    return lambda line, _site: Migrated([" ".join([directive, *map(as_word, line.words)])])


def reloading(line: Line, _site: Site) -> Migrated:
    if line.words and line.words[0].lower() == "on":
        return Migrated(["PyHookReload On"])
    return Migrated(because="code is read once unless PyHookReload says otherwise")


def gone(because: str) -> Callable[[Line, Site], Migrated]:
    return lambda _line, _site: Migrated(because=because)


def for_people(why: str) -> Callable[[Line, Site], Migrated]:
    return lambda _line, _site: Migrated(why=why)
