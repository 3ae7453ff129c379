"""Write the pages of docs/ for Sphinx: a README becomes an index, with the navigation of its folder.

The pages are plain Markdown. A README lists the pages of its folder, and the site takes its navigation from that list:
Sphinx warns of a page that no README lists. A block that is a file of an example gets the name of the file above it.
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

# Pages of the site that are not in docs/.
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
    """Map each page of the project to its place on the site. Both are paths from the top."""
    pages = [str(page.relative_to(ROOT)) for page in DOCS.rglob("*.md")]
    return {page: re.sub(r"README\.md$", "index.md", page.removeprefix("docs/")) for page in (*pages, *OTHERS)}


def with_links(page: str) -> str:
    """Return the page with links to the site. A file that the site does not have, a source for example, is only named."""

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
    """Give a block that is a file of an example a caption, in the syntax of MyST."""
    return re.sub(r"\A```(\w+) file=(\S+)", r"```{code-block} \1\n:caption: \2\n", block)


def page_of(page: str, target: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(page), target))


def navigation(page: str) -> str:
    """Return the navigation of a README: the pages that it lists. Those of docs/README.md are grouped by reader."""
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
    """Yield the pages that are linked in the first column of a table."""
    for first, _ in ROW.findall((ROOT / page).read_text()):
        yield from (("", link[2]) for link in LINK.finditer(first))


def listed_for(page: str) -> Iterator[tuple[str, str]]:
    """Yield the pages of the list, which are the first to read, then those of the table, whose first column names a reader.

    An empty first column means the reader of the row above.
    """
    text = (ROOT / page).read_text()
    yield from (("Start", link[2]) for item in re.findall(r"^- .*$", text, re.MULTILINE) for link in LINK.finditer(item))
    group = ""
    for first, rest in ROW.findall(text):
        group = first or group
        yield from (("For " + group, link[2]) for link in LINK.finditer(rest))


if __name__ == "__main__":
    main(*sys.argv[1:])
