"""Makes Python code of a page: text with `<% code %>`, `<%= expression %>`, `<%@ include file="…" %>` and
`<%-- comment --%>`.
"""

from __future__ import annotations

import os
import re

_TAG = re.compile(r"<%--.*?--%>|<%(.*?)%>", re.DOTALL)
_INCLUDE = re.compile(r"""@\s*include\s+file\s*=\s*["']([^"']+)["']\s*""")
_INDENT = re.compile(r"[ \t]*")

DEEPEST_INCLUDE = 16


class Code:
    """The lines of the Python code, and the indent that text has now."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._indent = ""

    def write(self, expression: str) -> None:
        """Write the value of an expression."""
        self._lines.append(f"{self._indent}req.write({expression},0)")

    def text(self, text: str) -> None:
        """Write text of the page. Lines of the page stay lines of the code."""
        if text:
            quoted = text.replace("\\", "\\\\").replace('"', '\\"').replace("\r", "\\r")
            self.write(f'"""{quoted}"""')

    def statements(self, code: str) -> None:
        """Add code. The indent of its last line holds for what follows, one deeper behind a colon; code on one line
        keeps the indent.
        """
        if "\n" not in code:
            line = code.strip()
            if line:
                self._lines.append(self._indent + line)
                self._indent += "\t" if _opens(line) else ""
            return
        first, _, rest = code.partition("\n")
        if first.strip():
            self._lines.append(self._indent + first.strip())
        lines = rest.expandtabs(8).split("\n") if "\t" in rest and "    " in rest else rest.split("\n")
        if lines and not lines[-1].strip():
            lines.pop()
        self._lines += lines
        last = next((line for line in reversed(lines) if line.strip()), "")
        found = _INDENT.match(last)
        self._indent = found[0] if found else ""
        if _opens(last):
            self._indent += "\t" if self._indent.startswith("\t") else "    "

    def __str__(self) -> str:
        return "\n".join(self._lines) + "\n"


def _opens(line: str) -> bool:
    """Does a block begin behind the line?"""
    bare = line.partition("#")[0] if "'" not in line and '"' not in line else line
    return bare.rstrip().endswith(":")


def parse(text: str, directory: str | None, depth: int = 0, code: Code | None = None) -> Code:
    """Make code of a page; files to include are looked up in the directory. Raises `OSError` and `ValueError`."""
    if depth > DEEPEST_INCLUDE:
        raise ValueError("a page includes itself")
    code = code or Code()
    end = 0
    for tag in _TAG.finditer(text):
        code.text(text[end : tag.start()])
        end = tag.end()
        inside = tag[1]
        if inside is None:
            continue
        if inside.startswith("="):
            code.write(f"str({inside[1:].strip()})")
        elif inside.startswith("@"):
            _include(inside, directory, depth, code)
        else:
            code.statements(inside)
    if "<%" in text[end:]:
        raise ValueError("'<%' has no '%>'")
    code.text(text[end:])
    return code


def _include(directive: str, directory: str | None, depth: int, code: Code) -> None:
    found = _INCLUDE.fullmatch(directive)
    if found is None:
        raise ValueError(f"<%{directive}%> is not understood: write <%@ include file=\"…\" %>")
    path = os.path.join(directory or "", found[1])
    if not os.path.isabs(path):
        raise ValueError(f"{found[1]} is no absolute path, and there is no directory to look in")
    parse(read_page(path), os.path.dirname(path) + "/", depth + 1, code)


def read_page(path: str) -> str:
    """Read a page: UTF-8, or latin-1 if it is not. Raises `OSError`."""
    with open(path, "rb") as file:
        data = file.read()
    try:
        return data.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError:
        return data.decode("latin-1").replace("\r\n", "\n")
