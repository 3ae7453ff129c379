"""Join the parts of the Furo that Debian packages, so that the site works in browsers at any address, and from a disk.

Furo's build joins its scripts and styles, but Debian's package is built without those tools. It names a style sheet by an
address that only Debian's httpd serves; after Debian 13, by one that only the build knows, and the sheet is no longer
installed with it. Its script is a module, which browsers don't load from a disk. In Debian 12 and 13 the style sheet lost
its nested rules for dark screens, so that "auto" would always be light.
"""

from __future__ import annotations

import re
from pathlib import Path

NORMALIZE = Path("/usr/share/javascript/normalize.css/normalize.css")

IMPORTED_STYLE = re.compile(r'^@import (url\(/javascript/normalize\.css/normalize\.css\)|"~normalize\.css");')
IMPORTED_SCRIPT = re.compile(r'^import .* from "\./(gumshoe-patched\.js)";')
AUTOMATIC = 'body:not([data-theme="light"])'
HAS_AUTOMATIC = re.compile(r'body:not\(\[data-theme="?light"?\]\)')
DARK = re.compile(r'^@media not print \{\n(  body\[data-theme="dark"\].*?) \}\n(?=\n)', re.MULTILINE | re.DOTALL)


def join(static: Path) -> None:
    """Mend the theme's files in `_static`. Raises ValueError if this release of Furo needs something else."""
    script = static / "scripts" / "furo.js"
    script.write_text(joined_script(script))
    style = static / "styles" / "furo.css"
    style.write_text(joined_style(style.read_text()))


def joined_script(script: Path) -> str:
    text = IMPORTED_SCRIPT.sub(lambda found: (script.parent / found[1]).read_text(), script.read_text())
    if re.search(r"^(import|export)\b", text, re.MULTILINE):
        raise ValueError(f"{script} imports something that docs/site/theme.py does not know")
    return text


def joined_style(text: str) -> str:
    text = IMPORTED_STYLE.sub(lambda _: NORMALIZE.read_text() if NORMALIZE.exists() else "", text)
    if not HAS_AUTOMATIC.search(text):
        text = DARK.sub(with_dark_screens, text, count=1)
    if "@import" in text or not HAS_AUTOMATIC.search(text):
        raise ValueError("docs/site/theme.py does not know this style sheet of Furo's")
    return text


def with_dark_screens(found: re.Match[str]) -> str:
    automatic = found[1].replace('body[data-theme="dark"]', AUTOMATIC)
    return found[0] + f"@media not print {{\n @media (prefers-color-scheme: dark) {{\n{automatic} }} }}\n"
