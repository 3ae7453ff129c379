#!/usr/bin/python3
"""The house rules a compiler does not know: who may include whom, who may ask for the version of Python, how long a file
may be, what a header is for."""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "mod_pyhook"
EXAMPLES = ROOT / "examples"  # programs and modules of their own, built on py/
LONGEST_FILE = 400

LOWER = ("py", "apache", "types", "config", "directives")
# Behaviour: from httpd's call to a Python callable and back.
ROOMS = ("loops", "call", "wsgi", "child", "child/reload", "phases", "connections", "server", "sockets", "filters")

# A folder → the folders it may include, besides itself.
MAY_INCLUDE = {
    "py": set(),
    "apache": set(),
    "types": {"py", "apache"},
    "config": {"apache"},
    "directives": {"py", "apache", "types", "config"},
    **{room: {*LOWER, *ROOMS} for room in ROOMS},
    "asgi": {*LOWER, *ROOMS, "wsgi", "websocket"},
    "websocket": {"apache"},
    "mounts": {*LOWER, *ROOMS, "wsgi", "asgi"},
    "": {*LOWER, *ROOMS, "wsgi", "asgi", "mounts"},
}

# Where the differences between versions of Python live; the second in C, with CPython's internals.
KNOWS_VERSIONS = {SOURCE / "py" / name for name in ("version.h", "version.cpp", "gilstate.c")}
VERSION_TEST = re.compile(r"\b(?:PY_VERSION_HEX|PYHOOK_PYTHON_HEX|PY_M(?:AJOR|INOR)_VERSION)\b")

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


def main() -> int:
    problems = [problem for file in sources() for problem in problems_of(file)]
    print(*problems, sep="\n", end="\n" if problems else "")
    return 1 if problems else 0


def sources() -> list[Path]:
    compiled = [path for suffix in ("h", "cpp", "c") for top in (SOURCE, EXAMPLES) for path in top.rglob(f"*.{suffix}")]
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
    if file.suffix == ".h" and not re.match(r"(//|/\*) ?\w", text):
        problems.append(f"{name}:1: a header starts with a comment that says what it is for")
    return problems


def wrong_includes(file: Path, text: str) -> list[str]:
    own = folder(file.relative_to(SOURCE))
    if own not in MAY_INCLUDE:
        return [f"the folder {own} has no level; give it one in t/style/check_layers.py"]
    problems = []
    for included in INCLUDE.findall(text):
        other = folder(resolve(file, included))
        if other != own and other not in MAY_INCLUDE[own]:
            problems.append(f'{own or "the top level"} may not include "{included}"')
    return problems


def wrong_includes_of_example(file: Path, text: str) -> list[str]:
    """An example may include its own files, and the room that knows CPython only."""
    return [
        f'an example may not include "{included}"'
        for included in INCLUDE.findall(text)
        if not included.startswith("py/") and not (file.parent / included).exists()
    ]


def resolve(file: Path, included: str) -> Path:
    """An included file relative to the sources: beside the including one, else from the top."""
    beside = (file.parent / included).resolve()
    return beside.relative_to(SOURCE) if beside.exists() and beside.is_relative_to(SOURCE) else Path(included)


def folder(path: Path) -> str:
    return "" if path.parent == Path() else path.parent.as_posix()


if __name__ == "__main__":
    sys.exit(main())
