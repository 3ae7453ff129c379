"""Compare what a process may change in httpd: the module decides, the worker says it sooner, and a page lists it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

NOTES = ROOT / "mod_pyhook" / "apache" / "module_notes.h"
VARIABLES = ROOT / "mod_pyhook" / "processes" / "changes.cpp"
WORKER = ROOT / "python" / "pyhook" / "worker" / "request.py"
PAGE = ROOT / "docs" / "processes.md"


def differences() -> Iterator[str]:
    notes = between(NOTES, "module_notes[] = {", "};")
    beginnings = {name for name in notes if not any(name != other and name.startswith(other) for other in notes)}
    variables = between(VARIABLES, "variables[] = {", "};")
    for what, row, names in (("KEPT_NOTES", "notes", beginnings), ("VARIABLES", "subprocess_env", variables)):
        yield from difference(WORKER, names, strings_of(what))
        yield from difference(PAGE, names, listed_in(row))


def difference(place: Path, wanted: set[str], found: set[str]) -> Iterator[str]:
    for name in sorted(wanted ^ found):
        yield f"{place.relative_to(ROOT)}: {name!r} is {'missing' if name in wanted else 'not in the module'}"


def between(source: Path, begin: str, end: str) -> set[str]:
    """Return the strings of a table in C++."""
    return set(re.findall(r'"([^"]+)"', source.read_text().partition(begin)[2].partition(end)[0]))


def strings_of(name: str) -> set[str]:
    """Return the strings in the value of a name of the worker."""
    nodes = ast.parse(WORKER.read_text()).body
    values = [node.value for node in nodes if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == name]
    return {leaf.value for value in values if value for leaf in ast.walk(value) if isinstance(leaf, ast.Constant)}


def listed_in(row: str) -> set[str]:
    """Return the names that the page has in a row of its table, up to the end of the list."""
    text = re.search(rf"^\| `{row}` \|(.*?)(?:[.:] | \|$)", PAGE.read_text(), re.MULTILINE)
    return set(re.findall(r"`([^`]+)`", text[1])) if text else set()
