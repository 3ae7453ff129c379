"""What answers where: from the lines of a configuration to the callables that run in each interpreter."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pyhook.command.lines import Callable, Line

MAIN = "main"
PLAIN = {"<location": 3, "<directory": 1}
"""Sections that name a place; httpd lets the one with the greater number win."""
RANKS = {**PLAIN, "<directorymatch": 1, "<files": 2, "<filesmatch": 2, "<locationmatch": 3, "<if": 4, "<elseif": 4, "<else": 4}
PATTERN = re.compile(r"[*?\[~]")
BETWEEN_NAMES = re.compile(r"[\s;,:=\"'{}()]+")
ALIASES = {"pyhookwsgialias": "wsgi", "pyhookasgialias": "asgi"}

MOUNTS = {"pyhookwsgi", "pyhookasgi"}
IN_PROCESSES = {"pyhookwsgi", "pyhookwsgialias", "pyhookasgi", "pyhookasgialias", "pyhookhandler"}
"""Directives whose callables run in processes where PyHookRunIn names some."""


@dataclass(frozen=True)
class Route:
    """A callable that a line names, in one interpreter. `use` is that of the callable, or `plugin` for a module."""

    line: Line
    callable: str
    use: str
    interpreter: str
    in_processes: bool = False
    """`interpreter` is the name of processes (PyHookProcesses)."""

    @property
    def phase(self) -> str:
        """As log entries name it."""
        return phase_of(self.line)

    @property
    def host(self) -> str:
        return host_of(self.line)

    @property
    def where(self) -> str:
        """The place in its host: a URL, a section, or the name that other directives use."""
        if self.line.name in ALIASES:
            return self.line.words[0]
        if _name_in(self.line):
            return f'"{self.line.words[0]}"'
        sections = [section for section in self.line.sections if section.name != "<virtualhost"]
        return " ".join(map(_shown, sections)) or "everywhere"

    def as_json(self) -> dict[str, object]:
        return {
            "host": self.host,
            "where": self.where,
            "phase": self.phase,
            "directive": self.line.directive,
            "callable": self.callable,
            "interpreter": self.interpreter,
            "file": self.line.file,
            "line": self.line.number,
        }


def phase_of(line: Line) -> str:
    if line.phase is not None:
        return line.phase
    if line.name in ALIASES:
        return ALIASES[line.name]
    name = line.directive.removeprefix("PyHook")
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower() if name != line.directive else line.directive.lower()


def host_of(line: Line) -> str:
    host = line.host
    if host is None:
        return "*"
    named = [each.words[0] for each in host.lines if each.name == "servername" and each.words]
    return named[-1] if named else " ".join(host.words)


def routes(lines: Sequence[Line]) -> Iterator[Route]:
    """Each once."""
    yield from dict.fromkeys(Routes(lines).all())


class Routes:
    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self.choices = [line for line in lines if line.name == "pyhookrunin" and line.words]
        self.processes = {line.words[0] for line in lines if line.name == "pyhookprocesses" and line.words}
        self.interpreters = [MAIN, *(line.words[0] for line in lines if line.name == "pyhookinterpreter" and line.words)]

    def all(self) -> Iterator[Route]:
        yield from self._plugins()
        for line in self.lines:
            for callable in _callables_of(line):
                for interpreter in self._interpreters_of(line):
                    yield self._route(line, callable, interpreter)

    def _route(self, line: Line, callable: Callable, chosen: str) -> Route:
        """In processes run applications and content handlers alone."""
        if chosen not in self.processes:
            return Route(line, callable.spec, callable.use, chosen)
        is_there = line.name in IN_PROCESSES
        return Route(line, callable.spec, callable.use, chosen if is_there else MAIN, is_there)

    def _plugins(self) -> Iterator[Route]:
        """An interpreter's own first, as a child imports them."""
        for line in self.lines:
            if line.name == "pyhookinterpreter":
                for word in line.words[1:]:
                    if word.startswith("import="):
                        yield Route(line, word.removeprefix("import="), "plugin", line.words[0])
        for line in self.lines:
            if line.name == "pyhookimport":
                yield from (Route(line, module, "plugin", each) for module in line.words for each in self.interpreters)

    def _interpreters_of(self, line: Line) -> list[str]:
        """A name runs where the directives that use it are."""
        name = _name_in(line)
        used = [each for each in self.lines if name and _uses(each, name)] or [line]
        return list(dict.fromkeys(interpreter for each in used for interpreter in (self._chosen(each), *self._narrower(each))))

    def _chosen(self, line: Line) -> str:
        """By sections with plain names: what a pattern or a condition chooses, a request shows."""
        reaching = [choice for choice in self.choices if _reaches(choice, line)]
        return max(reversed(reaching), key=_rank).words[0] if reaching else MAIN

    def _narrower(self, line: Line) -> Iterator[str]:
        """Sections below the line's own that choose another interpreter, and do not say the same directive themselves."""
        if not _varies(line):
            return
        for choice in self.choices:
            siblings = choice.section.lines if choice.section else []
            replaced = not line.all_run and any(each.name == line.name for each in siblings)
            if _reaches(line, choice) and not _reaches(choice, line) and not replaced:
                yield choice.words[0]


def _callables_of(line: Line) -> Iterator[Callable]:
    """Of an object with methods, the object."""
    for callable in line.callables:
        if callable.spec in line.words or not line.directive.startswith("PyHook"):
            yield callable


def _name_in(line: Line) -> str:
    """What a directive such as PyHookOutputFilter defines; empty for others."""
    is_name = line.directive.startswith("PyHook") and len(line.words) > 1 and line.callables and not line.phase
    return line.words[0] if is_name and ":" not in line.words[0] and not line.words[0].startswith("/") else ""


def _varies(line: Line) -> bool:
    """Hooks of a connection or of the server know no place."""
    is_own = line.directive.startswith("PyHook")
    return not is_own or line.phase is not None or line.name in ALIASES or line.name in MOUNTS


def _uses(line: Line, name: str) -> bool:
    return not line.directive.startswith("PyHook") and name in BETWEEN_NAMES.split(line.args)


def _shown(section: Line) -> str:
    if section.name == "<location" and _place(section):
        return section.words[0]
    return f"{section.directive} {section.args.removesuffix('>')}>"


def _place(section: Line) -> tuple[str, str] | None:
    """Its kind and its path, without a slash at the end."""
    if section.name not in PLAIN or len(section.words) != 1 or PATTERN.search(section.words[0]):
        return None
    return section.name, section.words[0].rstrip("/")


def _reaches(outer: Line, inner: Line) -> bool:
    """Does what `outer` says hold where `inner` stands?"""
    if outer.host not in (None, inner.host):
        return False
    if outer.name in ALIASES:
        return any(_lies_in(place, ("<location", outer.words[0].rstrip("/"))) for place in _places_of(inner))
    around = [section for section in outer.sections if section.name != "<virtualhost"]
    return all(section in inner.sections or _covers(section, inner) for section in around)


def _covers(section: Line, line: Line) -> bool:
    outer = _place(section)
    return outer is not None and any(_lies_in(place, outer) for place in _places_of(line))


def _lies_in(inner: tuple[str, str], outer: tuple[str, str]) -> bool:
    return inner[0] == outer[0] and (inner[1] == outer[1] or inner[1].startswith(outer[1] + "/"))


def _places_of(line: Line) -> Iterator[tuple[str, str]]:
    if line.name in ALIASES and line.words:
        yield "<location", line.words[0].rstrip("/")
    for section in line.sections:
        if place := _place(section):
            yield place


def _rank(choice: Line) -> tuple[bool, int, int]:
    """The choice with the greatest wins; of equal ones the last."""
    innermost = choice.section if choice.section is not choice.host else None
    rank = RANKS.get(innermost.name, 0) if innermost else 0
    length = len(innermost.words[0]) if innermost is not None and rank == PLAIN["<directory"] and innermost.words else 0
    return choice.host is not None, rank, length
