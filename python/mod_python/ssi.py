"""`<!--#python eval="…" -->` and `<!--#python exec="…" -->` in pages of mod_include."""

from __future__ import annotations

from .requests import request_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from _pyhook import Request


SENDING = ("flush", "sendfile", "write")
"""Methods of `req` that an element must not call."""


class Page:
    """`filter` in the code of a page: what it writes goes into the page. While an element runs, `req` sends nothing."""

    def __init__(self, req: Any) -> None:
        self.req = req
        self._written: list[str] = []

    def __enter__(self) -> None:
        self.req.__dict__.update(dict.fromkeys(SENDING, refuse))

    def __exit__(self, *exception: object) -> None:
        for name in SENDING:
            self.req.__dict__.pop(name, None)

    def write(self, data: str | bytes) -> None:
        """Write to the page, a str as UTF-8."""
        self._written.append(data if isinstance(data, str) else data.decode("utf-8", "surrogateescape"))

    def flush(self) -> None:
        """Do nothing: what is written goes on at the end of the element."""

    def text(self) -> str:
        """Give what was written."""
        return "".join(self._written)


def refuse(*arguments: object) -> None:
    """Stand for what would send something before the page. Raises `RuntimeError`."""
    raise RuntimeError("an element of a page writes by filter.write(): what req.write() sends would come before the page")


def names_of(request: Request) -> tuple[dict[str, Any], Page]:
    """Give the names that the elements of a page share: `req.ssi_globals`, `req` and `filter`."""
    req: Any = request_of(request)
    if getattr(req, "ssi_globals", None) is None:
        req.ssi_globals = {}
    page = Page(req)
    req.ssi_globals.update(req=req, filter=page)
    return req.ssi_globals, page


def evaluate(request: Request, code: str) -> str:
    """Give the value of an expression as text."""
    names, page = names_of(request)
    with page:
        value = eval(code.strip(), names)
    return page.text() + ("" if value is None else str(value))


def execute(request: Request, code: str) -> str:
    """Run statements, and give what they write."""
    names, page = names_of(request)
    with page:
        exec(code.replace("\r\n", "\n"), names)
    return page.text()
