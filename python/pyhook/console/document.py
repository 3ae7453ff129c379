"""The page itself: one document that needs no other. All that it shows comes later, as JSON."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pyhook.debugging.html import csp_source


@cache
def document() -> tuple[str, str]:
    """The page, and the Content-Security-Policy for it: only its own script and style, and only this server."""
    folder = Path(__file__).parent
    page, style, script = ((folder / f"page.{kind}").read_text(encoding="utf-8") for kind in ("html", "css", "js"))
    text = page.replace("<style></style>", f"<style>{style}</style>").replace("<script></script>", f"<script>{script}</script>")
    policy = (
        f"default-src 'none'; style-src '{csp_source(style)}'; script-src '{csp_source(script)}'; "
        "connect-src 'self'; frame-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return text, policy
