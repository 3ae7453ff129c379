"""Write the pages of docs/ as Sphinx takes them: a README as an index, with the navigation of its folder.

The pages are Markdown that can be read as it is. A README lists the pages of its folder, and the site takes its
navigation from it: Sphinx warns of a page that no README lists. A file of an example gets its name above it.
"""

from __future__ import annotations

import posixpath
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"

# What belongs to the site and does not stand in docs/.
OTHERS = ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "conf/README.md")

LINK = re.compile(r"\[([^\]]*)\]\(([^)#\s]*)(#[^)\s]*)?\)")
FENCED = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\|(?: (.*?))? \| (.*) \|$", re.MULTILINE)


def main(directory: str) -> None:
    shutil.rmtree(directory, ignore_errors=True)
    for page, place in places().items():
        target = Path(directory, place)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(with_links(page) + navigation(page))


def places() -> dict[str, str]:
    """Where the site has each page of the project, both as paths from the top."""
    pages = [str(page.relative_to(ROOT)) for page in DOCS.rglob("*.md")]
    return {page: re.sub(r"README\.md$", "index.md", page.removeprefix("docs/")) for page in (*pages, *OTHERS)}


def with_links(page: str) -> str:
    """The page with its links as the site has them. What the site has not, a source file for example, is only named."""

    def moved(link: re.Match[str]) -> str:
        text, target, anchor = link[1], link[2], link[3] or ""
        if ":" in target or not target:
            return link[0]
        wanted = places().get(page_of(page, target))
        return text if wanted is None else f"[{text}]({posixpath.relpath(wanted, here)}{anchor})"

    here = posixpath.dirname(places()[page]) or "."
    parts = FENCED.split((ROOT / page).read_text())
    return "".join(named(part) if part.startswith("```") else LINK.sub(moved, part) for part in parts)


def named(block: str) -> str:
    """A block that is a file of an example, as MyST takes it with a caption."""
    return re.sub(r"\A```(\w+) file=(\S+)", r"```{code-block} \1\n:caption: \2\n", block)


def page_of(page: str, target: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(page), target))


def navigation(page: str) -> str:
    """Of a README: the pages that it lists, the first one's in groups by whom they are for."""
    if not page.startswith("docs/") or not page.endswith("README.md"):
        return ""
    groups: dict[str, dict[str, None]] = {}
    for group, target in listed_for(page) if page == "docs/README.md" else listed(page):
        if (place := places().get(page_of(page, target))) is not None:
            groups.setdefault(group, {})["/" + place] = None
    return "".join(
        "\n\n```{toctree}\n:hidden:\n" + (f":caption: {group}\n" if group else "") + "\n".join(["", *pages, "```\n"])
        for group, pages in groups.items()
    )


def listed(page: str) -> Iterator[tuple[str, str]]:
    """The pages that begin a row of a table."""
    for first, _ in ROW.findall((ROOT / page).read_text()):
        yield from (("", link[2]) for link in LINK.finditer(first))


def listed_for(page: str) -> Iterator[tuple[str, str]]:
    """The pages to start with, a list; then those of a table whose first column says for whom, once for several rows."""
    text = (ROOT / page).read_text()
    yield from (("Start", link[2]) for item in re.findall(r"^- .*$", text, re.MULTILINE) for link in LINK.finditer(item))
    group = ""
    for first, rest in ROW.findall(text):
        group = first or group
        yield from (("For " + group, link[2]) for link in LINK.finditer(rest))


if __name__ == "__main__":
    main(*sys.argv[1:])
