"""Listings of what runs: the page's SSI elements that show configuration and source, read from their files.

    PyHookIncludeElement configured site_listing:configured
    PyHookIncludeElement source site_listing:source
    PyHookOption httpd_conf /etc/apache2/sites-enabled/demo.conf

A page says `<!--#pyhook call="source" arg="site_auth:password" encoding="none" -->`.
"""

from __future__ import annotations

import ast
import io
import keyword
import re
import tokenize
from collections.abc import Callable, Iterator
from html import escape
from importlib.util import find_spec
from pathlib import Path

from pyhook import Request

APACHE_PART = re.compile(
    r"""(?P<comment>^\s*\#.*)|(?P<string>"[^"]*")|(?P<keyword>^\s*</?\w+|>$|^\s*\w+)|(?P<name>\bsite_\w+(?::\w+)?)""",
    re.MULTILINE,
)


def configured(req: Request, module: str) -> str:
    """include_element: the paragraphs of the configuration that name a module."""
    path = req.options["httpd_conf"]
    paragraphs = re.split(r"\n\s*\n", Path(path).read_text(encoding="utf-8"))
    wanted = [text.strip("\n") for text in paragraphs if re.search(rf"\b{module}\b", text)]
    return listing(Path(path).name, "\n\n".join(wanted), marked_apache)


def source(req: Request, what: str) -> str:
    """include_element: the definitions that `module:name,name` names, or a whole `module`."""
    module, _, names = what.partition(":")
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise LookupError(f"there is no file of {module}")
    text = Path(spec.origin).read_text(encoding="utf-8")
    if names:
        text = "\n\n\n".join(definitions(text, names.split(",")))
    return listing(Path(spec.origin).name, text.strip("\n"), marked_python)


def definitions(text: str, names: list[str]) -> Iterator[str]:
    """The source of these functions, classes and globals, decorators included."""
    lines = text.splitlines()
    found = {name: node for node in ast.parse(text).body for name in names_of(node)}
    for name in names:
        node = found[name]
        first = min([node.lineno, *(line.lineno for line in getattr(node, "decorator_list", []))])
        yield "\n".join(lines[first - 1 : node.end_lineno])


def names_of(node: ast.stmt) -> list[str]:
    """What a statement at the top of a module defines."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return [node.name]
        case ast.Assign():
            return [target.id for target in node.targets if isinstance(target, ast.Name)]
    return []


def listing(title: str, text: str, marked: Callable[[str], str]) -> str:
    """An HTML figure. It scrolls if its lines are too long, so the keyboard must be able to reach it."""
    return (
        f'<figure class="listing"><figcaption>{escape(title)}</figcaption>'
        f'<pre tabindex="0"><code>{marked(text)}</code></pre></figure>'
    )


def marked_apache(text: str) -> str:
    """HTML of configuration: comments, directives, strings and what is Python's are marked."""
    end = 0
    parts = []
    for found in APACHE_PART.finditer(text):
        parts += [escape(text[end : found.start()]), span(str(found.lastgroup), found[0])]
        end = found.end()
    return "".join([*parts, escape(text[end:])])


def marked_python(text: str) -> str:
    """HTML of Python source: what its tokens are is marked."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    parts: list[str] = []
    end = 0
    before = ""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        begin, stop = (min(starts[row - 1] + column, len(text)) for row, column in (token.start, token.end))
        if begin < end or begin == stop:
            continue
        parts += [escape(text[end:begin]), span(kind(token, before), text[begin:stop])]
        end, before = stop, token.string
    return "".join([*parts, escape(text[end:])])


def kind(token: tokenize.TokenInfo, before: str) -> str:
    """The CSS class of a token; what has none is plain."""
    if token.type == tokenize.NAME:
        if keyword.iskeyword(token.string):
            return "keyword"
        return "name" if before in ("def", "class", "@") else ""
    name = tokenize.tok_name[token.type]
    # An f-string is one token in Python 3.11, and three kinds of them from 3.12 on.
    return "string" if name == "STRING" or name.startswith("FSTRING") else "comment" if name == "COMMENT" else ""


def span(css_class: str, text: str) -> str:
    """The text, in an element of that class if there is one."""
    return f'<span class="{css_class}">{escape(text)}</span>' if css_class else escape(text)
