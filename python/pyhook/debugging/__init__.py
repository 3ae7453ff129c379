"""The page that `PyHookDebug On` shows to a developer whose code has raised. mod_pyhook imports it when it needs one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .html import as_html
from .report import report
from .text import as_json, as_text

if TYPE_CHECKING:
    from .report import Facts


def page(exception: BaseException | None, entry: str, facts: Facts) -> tuple[bytes, str]:
    """Return the page and its content type: HTML for a browser, JSON for a client that asks for it, otherwise text.

    `entry` is the entry of the error log, `facts` what httpd knows of the request. Raises nothing because of what the
    exception or the values of its frames do when they are shown.
    """
    accepted = ", ".join(value for name, value in facts["headers"] if name.lower() == "accept").lower()
    made = report(exception, entry, facts)
    if "text/html" in accepted or "application/xhtml+xml" in accepted:
        return _bytes(as_html(made)), "text/html; charset=utf-8"
    if "json" in accepted:
        return _bytes(as_json(made)), "application/json"
    return _bytes(as_text(made)), "text/plain; charset=utf-8"


def _bytes(text: str) -> bytes:
    return text.encode(errors="backslashreplace")
