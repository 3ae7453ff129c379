#!/usr/bin/python3
"""Check the pages: every directive, type, error code and mod_wsgi name has one, links lead somewhere, the prose is plain."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import draw_house
from migration_claims import stale_claims
from written_twice import differences

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "mod_pyhook"
DOCS = ROOT / "docs"

DIRECTIVE = re.compile(r'"(PyHook[A-Z]\w+)"')
ERROR_CODE = re.compile(r"PYHOOK\d{4}")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+\s+(.*?)\s*#*$", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]+`")

# The rules of "Writing" in docs/development.md that a pattern can find. Each one says what to write instead.
PROSE = {
    r"\bof (?:[\w-]+ ){0,3}[\w-]+'s(?= ?[.,;:)|]|\n\n)": "a double genitive: write 'a mod_rewrite map', 'the page of httpd'",
    r"\bone's own\b": "name the owner, or leave it out",
    r"\b(?:and|or) (?:its|their) like\b": "name the others, or leave them out",
    r"\bsuch that\b": "write 'so that', or two sentences",
}


def main() -> int:
    names = [*directives(), *types(), *error_codes(), *migration(), *claims(), *differences()]
    problems = [*names, *links(), *unlisted(), *prose(), *picture()]
    print(*problems, sep="\n", end="\n" if problems else "")
    return 1 if problems else 0


def picture() -> Iterator[str]:
    if draw_house.PICTURE.read_text() != draw_house.picture():
        yield "docs/house.svg is not what the includes say: run t/style/draw_house.py"


def directive_names() -> set[str]:
    rows = ("config/phases.h", "config/hooks.h", "sockets/named.cpp", "server/server_hooks.cpp")
    tables = [*(SOURCE / table for table in rows), *SOURCE.rglob("*directives.cpp")]
    return {name for table in tables for name in DIRECTIVE.findall(table.read_text())}


def directives() -> Iterator[str]:
    yield from missing_pages(directive_names(), DOCS / "directives", "directive")


def claims() -> Iterator[str]:
    for page in sorted(DOCS.glob("migration-*.md")):
        yield from stale_claims(page, directive_names())


def types() -> Iterator[str]:
    files = sorted((ROOT / "python" / "_pyhook-stubs").glob("*.pyi"))
    nodes = [node for file in files for node in ast.parse(file.read_text()).body]
    names = {node.name for node in nodes if isinstance(node, ast.ClassDef) and not node.name.startswith("_")}
    names.add("WebSocket")  # written in Python, so it needs no stub
    yield from missing_pages(names, DOCS / "types", "type")


def missing_pages(names: set[str], folder: Path, kind: str) -> Iterator[str]:
    for name in sorted(names):
        if not (folder / f"{name}.md").exists():
            yield f"{kind} {name}: no {(folder / name).relative_to(ROOT)}.md"
    index = folder / "README.md"
    for name in sorted(names):
        if f"{name}.md" not in index.read_text():
            yield f"{kind} {name}: not listed in {index.relative_to(ROOT)}"
    for page in sorted(folder.glob("*.md")):
        if page.stem not in names and page.stem not in ("README", "index"):
            yield f"{page.relative_to(ROOT)}: there is no {kind} of this name"


def error_codes() -> Iterator[str]:
    used = {code for file in SOURCE.rglob("*.*") for code in ERROR_CODE.findall(file.read_text())}
    page = DOCS / "errors.md"
    titles = HEADING.findall(page.read_text()) if page.exists() else []
    explained = {code for title in titles for code in ERROR_CODE.findall(title)}
    for code in sorted(used - explained):
        yield f"{code}: no section in docs/errors.md"
    for code in sorted(explained - used):
        yield f"{code}: explained in docs/errors.md, used nowhere"


def migration() -> Iterator[str]:
    lines = (ROOT / "t" / "style" / "mod_wsgi.txt").read_text().splitlines()
    page = DOCS / "migration-from-mod_wsgi.md"
    left = {row.split("|")[1] for row in page.read_text().splitlines() if row.startswith("| ")}
    for name in (line for line in lines if line and not line.startswith("#")):
        if not any(re.search(rf"`<?{name}[ >`=]", cell) for cell in left):
            yield f"{page.relative_to(ROOT)}: no row says what {name} is here"


def links() -> Iterator[str]:
    for page in [*ROOT.glob("*.md"), *sorted(DOCS.rglob("*.md"))]:
        for target in LINK.findall(FENCE.sub("", page.read_text())):
            if not re.match(r"[a-z]+:", target) and not leads_somewhere(page, target):
                yield f"{page.relative_to(ROOT)}: {target} leads nowhere"


def prose() -> Iterator[str]:
    for page in [*ROOT.glob("*.md"), *sorted(DOCS.rglob("*.md"))]:
        text = CODE.sub("code", FENCE.sub(lambda fence: "\n" * fence[0].count("\n"), page.read_text()))
        for pattern, cure in PROSE.items():
            for found in re.finditer(pattern, text):
                line = text.count("\n", 0, found.start()) + 1
                yield f"{page.relative_to(ROOT)}:{line}: '{' '.join(found[0].split())}': {cure}"


def unlisted() -> Iterator[str]:
    """Find pages that no README lists: the site takes its navigation from the READMEs."""
    for page in sorted(DOCS.rglob("*.md")):
        own, top = page.parent / "README.md", DOCS / "README.md"
        paths = [(own, page.name), (top, page.relative_to(DOCS).as_posix())]
        if page != top and not any(index.exists() and f"]({name})" in index.read_text() for index, name in paths):
            yield f"{page.relative_to(ROOT)}: no README lists it"


def leads_somewhere(page: Path, target: str) -> bool:
    name, _, anchor = unquote(target).partition("#")
    file = page.parent / name if name else page
    if not file.exists():
        return False
    return not anchor or file.suffix != ".md" or anchor in anchors(file)


def anchors(page: Path) -> set[str]:
    """Return the anchors that a Markdown viewer makes of headings: lower case, no punctuation, dashes for spaces."""
    titles = HEADING.findall(FENCE.sub("", page.read_text()))
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


if __name__ == "__main__":
    sys.exit(main())
