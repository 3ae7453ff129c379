"""Sphinx settings for the site that docs/build makes."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pygments.lexers.special import TextLexer

if TYPE_CHECKING:
    from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(Path(__file__).parent))

import theme  # noqa: E402, from this directory

project = "mod_pyhook"
copyright = "the authors of mod_pyhook; Apache License 2.0"
[release] = re.findall(r'^__version__ = "(.*)"$', (ROOT / "python/pyhook/__init__.py").read_text(), re.MULTILINE)

extensions = ["myst_parser"]
# Pages are Markdown that every viewer shows. They use no syntax of MyST, except the navigation that docs/build adds.
myst_disable_syntax = ["myst_line_comment", "myst_block_break", "myst_target", "myst_role", "math_inline", "math_block"]
myst_heading_anchors = 4
# Examples leave lines out with an ellipsis, which is not Python, and there is no lexer for logs and patterns.
suppress_warnings = ["misc.highlighting_failure"]

man_pages = [("command", "pyhook", "serve something with mod_pyhook at once", "", "1")]

html_theme = "furo"
html_title = f"mod_pyhook {release}"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_use_index = False
html_show_sphinx = False


def setup(app: Sphinx) -> None:
    app.add_lexer("log", TextLexer)
    app.connect("build-finished", join_theme)


def join_theme(app: Sphinx, failure: Exception | None) -> None:
    if failure is None and app.builder.name == "html":
        theme.join(Path(app.outdir, "_static"))
