"""Check what the migration pages say: a name that "is not here" is absent, and one that "is the same" is present."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "python" / "pyhook"
STUBS = ROOT / "python" / "_pyhook-stubs"

FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")
ROW = re.compile(r"^\| (.+?) \| (.+?) \|$")
ABSENT = re.compile(r"(?:nothing|none|not offered|not there|not here)\b")
PRESENT = re.compile(r"the same\b")
DENIED = re.compile(r"(?i:\bthere is no|\bhas no|\blacks) `(\w+)")
OURS = re.compile(r"\b(?:pyhook\.([a-z]\w*)|(PyHook[A-Z]\w*))")

# The owner of a name, by the text before its dot. A name without a dot belongs to the row's first owner, or to a request.
OWNERS = {"apache": "pyhook", "pyhook": "pyhook", "conn": "Connection", "server": "Server", "table": "Headers"}
DIRECTIVE = re.compile(r"(?:Python|WSGI)([A-Z]\w*)")
ENVIRON_KEYS = {"request"}


def stale_claims(page: Path, directives: set[str]) -> Iterator[str]:
    """Yield a sentence for each false claim of a page. `directives` are those of mod_pyhook."""
    known = {"directives": directives, "pyhook": module_names(), **classes()}
    blanked = FENCE.sub(lambda fence: "\n" * fence[0].count("\n"), page.read_text())
    for number, line in enumerate(blanked.splitlines(), 1):
        for problem in problems_of(line, known):
            yield f"{page.relative_to(ROOT)}:{number}: {problem}"


def problems_of(line: str, known: dict[str, set[str]]) -> Iterator[str]:
    if row := ROW.match(line):
        for owner, name in names_in(row[1]):
            if ABSENT.match(row[2]) and (here := equivalent(owner, name, known)):
                yield f"says that there is no {name}, but {here} is here"
            if PRESENT.match(row[2]) and not equivalent(owner, name, known):
                yield f"says that {name} is the same, but {owner} has no {name}"
    for name in DENIED.findall(line):
        for owner in known:
            if name in known[owner]:
                yield f"says that there is no {name}, but {owner} has it"
    for name, directive in OURS.findall(line):
        if name and name not in known["pyhook"] | ENVIRON_KEYS:
            yield f"names pyhook.{name}, which is not here"
        if directive and directive not in known["directives"]:
            yield f"names {directive}, which is not here"


def names_in(cell: str) -> Iterator[tuple[str, str]]:
    """Yield the names in a cell with their owners: `conn.id`, `notes` are two names of a connection.

    A directive with arguments is an example, and gives no name.
    """
    owner = "Request"
    for code in CODE.findall(cell):
        if DIRECTIVE.fullmatch(code):
            yield "directives", code
            continue
        prefix, dot, name = re.split(r"[\s(=\[]", code)[0].rpartition(".")
        if dot:
            owner = OWNERS.get(prefix, "Request" if prefix == "req" else "")
        if owner and name.isidentifier() and not DIRECTIVE.match(name):
            yield owner, name


def equivalent(owner: str, name: str, known: dict[str, set[str]]) -> str:
    """Return the name in mod_pyhook that is the same, or, for a directive, ends the same. Empty if there is none."""
    if owner != "directives":
        return f"{owner}.{name}" if name in known[owner] else ""
    theirs = name.removeprefix("Python")
    return next((ours for ours in sorted(known["directives"]) if theirs.endswith(ours.removeprefix("PyHook"))), "")


def classes() -> dict[str, set[str]]:
    nodes = [node for file in STUBS.glob("*.pyi") for node in ast.parse(file.read_text()).body]
    return {node.name: members(node) | inherited(node) for node in nodes if isinstance(node, ast.ClassDef)}


def members(node: ast.ClassDef) -> set[str]:
    functions = {each.name for each in node.body if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef))}
    fields = {each.target.id for each in node.body if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)}
    return functions | fields


def inherited(node: ast.ClassDef) -> set[str]:
    """Return the methods that a mapping has from its base class."""
    is_mapping = any("MutableMapping" in ast.unparse(base) for base in node.bases)
    return set("get setdefault popitem keys values items update clear pop".split()) if is_mapping else set()


def module_names() -> set[str]:
    """Return the names that `pyhook` exports, and those of its modules."""
    lists = [node for node in ast.parse((PACKAGE / "__init__.py").read_text()).body if isinstance(node, ast.Assign)]
    exported = next(ast.literal_eval(node.value) for node in lists if ast.unparse(node.targets[0]) == "__all__")
    return {*exported, *(path.stem for path in PACKAGE.iterdir())}
