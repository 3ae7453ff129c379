"""`mod_python.psp`: pages of text with Python inside."""

from __future__ import annotations

import html
import os
import sys
from stat import S_ISREG
from types import CodeType

from . import Session, apache, psp_parser, util
from .publisher import called

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .requests import mp_request

MOST_PAGES = 512
_pages: dict[tuple[str, int, int], Page] = {}


def parse(filename: str, dir: str | None = None) -> str:
    """Give the Python code of a page in a file. Raises `OSError` and `ValueError`."""
    path = (dir or "") + filename
    return str(psp_parser.parse(psp_parser.read_page(path), dir))


def parsestring(string: str | bytes) -> str:
    """Give the Python code of a page. Raises `ValueError`."""
    return str(psp_parser.parse(string if isinstance(string, str) else util.text_of(string), None))


def uses(code: CodeType, name: str) -> bool:
    """Does the code, or a function in it, name it?"""
    return name in code.co_names or any(uses(one, name) for one in code.co_consts if isinstance(one, CodeType))


class Page:
    """A page as Python runs it."""

    __slots__ = ("code", "uses_form", "uses_session")

    def __init__(self, source: psp_parser.Code, filename: str) -> None:
        self.code = compile(str(source), filename, "exec")
        self.uses_form = uses(self.code, "form")
        self.uses_session = uses(self.code, "session")


def page_of(filename: str, found: os.stat_result) -> Page:
    """Read the page, or give what was read from the same file. Raises `OSError`, `ValueError` and `SyntaxError`."""
    key = (filename, found.st_mtime_ns, found.st_size)
    known = _pages.get(key)
    if known is None:
        source = psp_parser.parse(psp_parser.read_page(filename), os.path.dirname(filename) + "/")
        if len(_pages) >= MOST_PAGES:
            _pages.clear()
        known = _pages[key] = Page(source, filename)
    return known


class PSP:
    """A page, from a file or a string. Raises `OSError`, `ValueError` and `SyntaxError`."""

    def __init__(
        self,
        req: mp_request,
        filename: str | None = None,
        string: str | bytes | None = None,
        vars: dict[str, Any] | None = None,
        _page: Page | None = None,
    ) -> None:
        if filename is not None and string is not None:
            raise ValueError("a page comes from a file or from a string, not from both")
        self.req = req
        self.vars = vars or {}
        self.string = string
        self.filename = ""
        if _page is not None:
            self.filename = req.filename or ""
            self._page = _page
        elif string is None:
            directory = os.path.dirname(req.filename or "")
            self.filename = os.path.join(directory, filename or req.filename or "")
            self._page = page_of(self.filename, os.stat(self.filename))
        else:
            self._page = Page(psp_parser.parse(string if isinstance(string, str) else util.text_of(string), None), "<psp>")
        self.code = self._page.code

    def run(self, vars: dict[str, Any] | None = None, flush: int = 0) -> None:
        """Send the page. What its code raises comes out, unless the page has an error page."""
        req = self.req
        if not req._content_type_set:
            req.content_type = "text/html"
        interface = PSPInterface(req, self.filename)
        session = self._session()
        names: dict[str, Any] = {"req": req, "psp": interface, "session": session, "__name__": "psp"}
        names["str"] = str  # each expression of the page calls it, and finds it here at the first look
        names |= self.vars if vars is None else {**self.vars, **vars}
        if self._page.uses_form and "form" not in names:
            names["form"] = interface.form
        try:
            exec(self.code, names)
        except apache.SERVER_RETURN:
            raise
        except Exception:
            if not interface.error_page:
                raise
            exception = sys.exc_info()
            PSP(req, interface.error_page).run({"exception": exception}, flush)
        if session is not None and self._is_own:
            session.save()
        if flush:
            req.flush()

    def _session(self) -> Any:
        """Give the session of the request, made if the code names it."""
        known = self.req.__dict__.get("session")
        self._is_own = known is None and self._page.uses_session
        if self._is_own:
            known = self.req.session = Session.Session(self.req)  # type: ignore[attr-defined]
        return known

    def display_code(self) -> str:
        """Give the page and its code side by side, as HTML."""
        text = psp_parser.read_page(self.filename) if self.string is None else str(self.string)
        code = str(psp_parser.parse(text, os.path.dirname(self.filename) + "/"))
        cells = "".join(f"<td><pre>{html.escape(one)}</pre></td>" for one in (text, code))
        return f'<table border="1"><tr><th>page</th><th>code</th></tr><tr valign="top">{cells}</tr></table>\n'


class PSPInterface:
    """`psp` in the code of a page."""

    def __init__(self, req: mp_request, filename: str) -> None:
        self.req = req
        self.filename = filename
        self.error_page = ""

    @property
    def form(self) -> Any:
        """The form of the request, read once."""
        if not hasattr(self.req, "form"):
            self.req.form = util.FieldStorage(self.req, keep_blank_values=1)  # type: ignore[attr-defined]
        return self.req.form  # type: ignore[attr-defined]

    def set_error_page(self, filename: str) -> None:
        """Name the page that is sent if this one raises: beside this one, or from DocumentRoot with a slash."""
        if filename.startswith("/"):
            self.error_page = (self.req.document_root() or "") + filename
        else:
            self.error_page = os.path.join(os.path.dirname(self.filename), filename)

    def apply_data(self, object: Callable[..., Any], **kw: Any) -> Any:
        """Call it with the inputs of the form that it has parameters for."""
        form = self.form
        for name, value in kw.items():
            form[name] = value
        return called(self.req, object)

    def redirect(self, location: str, permanent: int = 0) -> None:
        """Send the client elsewhere. Raises `SERVER_RETURN`, and `OSError` when the response has begun."""
        util.redirect(self.req, location, permanent)


def handler(req: mp_request) -> int:
    """Send the page that the URL names; with PythonDebug and an underscore behind `.psp`, its code."""
    filename = req.filename or ""
    is_wanted_as_code = filename.endswith(".psp_") and req.get_config().get("PythonDebug") == "1"
    if is_wanted_as_code and not os.path.exists(filename):
        page = PSP(req, filename[:-1])
        req.content_type = "text/html"
        req.write(page.display_code())
        return apache.OK
    try:
        found = os.stat(filename)
    except (OSError, ValueError):
        return apache.HTTP_NOT_FOUND
    if not S_ISREG(found.st_mode):
        return apache.HTTP_NOT_FOUND
    PSP(req, _page=page_of(filename, found)).run()
    return apache.OK
