#!/usr/bin/python3
"""Check the house rules that a compiler does not know.

They say which room may include which, that no file includes itself through others, which files may ask for the version
of Python, how long a file may be, and that a header says what it is for.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "mod_pyhook"
EXAMPLES = ROOT / "examples"  # separate programs and modules, built on py/
MOD_PYTHON = ROOT / "mod_pyhook_python"  # another httpd module, which knows only the header for those
LONGEST_FILE = 400
PUBLIC = "mod_pyhook.h"  # for other httpd modules

# Rooms, from the lowest level up. Rooms of one level do not know each other. A room may include all rooms below it.
LEVELS = (
    ("apache", "py"),
    ("websocket", "config", "types"),
    ("call", "directives", "gateway"),
    ("loops", "wsgi"),
    ("asgi", "interpreters", "processes", "watch"),
    ("mounts", "phases", "filters", "connections", "reload", "control"),
    ("sockets", "child", "dump"),
    ("server",),
    ("",),  # the module record and the directive table
)

# Rooms that may include only these.
KNOWS_ONLY = {"websocket": {"apache"}, "config": {"apache"}, "gateway": {"apache", "config"}}

# The only files that know the differences between versions of Python. The C file uses CPython's internals.
KNOWS_VERSIONS = {SOURCE / "py" / name for name in ("version.h", "version.cpp", "gilstate.c", "frames.c")}
VERSION_TEST = re.compile(r"\b(?:PY_VERSION_HEX|PYHOOK_PYTHON_HEX|PY_M(?:AJOR|INOR)_VERSION)\b")

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


def main() -> int:
    problems = [problem for file in sources() for problem in problems_of(file)] + cycles()
    print(*problems, sep="\n", end="\n" if problems else "")
    return 1 if problems else 0


def sources() -> list[Path]:
    compiled = [path for suffix in ("h", "cpp", "c") for top in (SOURCE, EXAMPLES, MOD_PYTHON) for path in top.rglob(f"*.{suffix}")]
    return sorted(compiled) + sorted([*(ROOT / "python").rglob("*.py"), *(ROOT / "python").rglob("*.pyi")])


def problems_of(file: Path) -> list[str]:
    name = file.relative_to(ROOT)
    text = file.read_text()
    problems = []
    if (lines := text.count("\n")) > LONGEST_FILE:
        problems.append(f"{name}: {lines} lines; no file has more than {LONGEST_FILE}")
    if file.is_relative_to(SOURCE):
        problems += [f"{name}: {problem}" for problem in wrong_includes(file, text)]
        if file not in KNOWS_VERSIONS and (test := VERSION_TEST.search(text)):
            problems.append(f"{name}: {test[0]}: what differs between versions of Python belongs in py/version.h")
    if file.is_relative_to(EXAMPLES):
        problems += [f"{name}: {problem}" for problem in wrong_includes_of_example(file, text)]
    if file.is_relative_to(MOD_PYTHON):
        problems += [
            f'{name}: mod_pyhook_python may not include "{included}"'
            for included in INCLUDE.findall(text)
            if included != PUBLIC and not (MOD_PYTHON / included).exists()
        ]
    if file.suffix == ".h" and not re.match(r"(//|/\*) ?\w", text):
        problems.append(f"{name}:1: a header starts with a comment that says what it is for")
    return problems


def wrong_includes(file: Path, text: str) -> list[str]:
    own = folder(file.relative_to(SOURCE))
    if not any(own in level for level in LEVELS):
        return [f"the folder {own} has no level; give it one in t/style/check_layers.py"]
    allowed = may_include(own)
    return [
        f'{own or "the top level"} may not include "{included}"'
        for included in INCLUDE.findall(text)
        if folder(resolve(file, included)) not in {own, *allowed}
    ]


def may_include(room: str) -> set[str]:
    lower: set[str] = set()
    for level in LEVELS:
        if room in level:
            break
        lower.update(level)
    return KNOWS_ONLY.get(room, lower)


def cycles() -> list[str]:
    """Find files that include themselves through others. A header and the source of the same name count as one file."""
    units = includes()
    found: dict[frozenset[str], str] = {}
    for unit in units:
        way = way_back(units, unit)
        if way and frozenset(way) not in found:
            found[frozenset(way)] = "includes in a circle: " + " → ".join([*way, way[0]])
    return sorted(found.values())


def includes() -> dict[str, set[str]]:
    """Map each pair of header and source, by its name without the ending, to the pairs that it includes."""
    units: dict[str, set[str]] = {}
    for file in (path for path in sources() if path.is_relative_to(SOURCE)):
        unit = file.relative_to(SOURCE).with_suffix("").as_posix()
        others = (resolve(file, included).with_suffix("").as_posix() for included in INCLUDE.findall(file.read_text()))
        units.setdefault(unit, set()).update(other for other in others if other != unit)
    return units


def way_back(units: dict[str, set[str]], start: str) -> list[str]:
    """Return the shortest way of includes from a unit back to itself, or an empty list."""
    ways = [[start]]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        for other in sorted(units.get(way[-1], ())):
            if other == start:
                return way
            if other not in seen:
                seen.add(other)
                ways.append([*way, other])
    return []


def wrong_includes_of_example(file: Path, text: str) -> list[str]:
    """Find wrong includes. An example may include its own files, the room py/, and the header for other httpd modules."""
    return [
        f'an example may not include "{included}"'
        for included in INCLUDE.findall(text)
        if not included.startswith("py/") and included != PUBLIC and not (file.parent / included).exists()
    ]


def resolve(file: Path, included: str) -> Path:
    """Return the path of an included file in the sources: beside the including file, or else from the top."""
    beside = (file.parent / included).resolve()
    return beside.relative_to(SOURCE) if beside.exists() and beside.is_relative_to(SOURCE) else Path(included)


def folder(path: Path) -> str:
    return "" if path.parent == Path() else path.parent.as_posix()


def folder_of(unit: str) -> str:
    return folder(Path(unit))


if __name__ == "__main__":
    sys.exit(main())
