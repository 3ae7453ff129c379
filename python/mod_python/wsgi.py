"""`mod_python.wsgi`: runs the WSGI application that `PythonOption mod_python.wsgi.application` names."""

from __future__ import annotations

import sys

import pyhook

from . import apache
from .asking import native
from .settings import Handler

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .requests import mp_request


class Response:
    """What the application answers."""

    def __init__(self, req: mp_request) -> None:
        self._req = req
        self._begun = False

    def start(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[str | bytes], None]:
        """`start_response` of PEP 3333."""
        req = self._req
        if exc_info is not None and req.sent_bodyct:
            raise exc_info[1].with_traceback(exc_info[2])
        if self._begun and exc_info is None:
            raise AssertionError("start_response() was called before")
        self._begun = True
        req.status = int(status[:3])
        req.pyhook.status_line = native(status)
        for name in [name for name, _ in headers]:
            if name in req.headers_out:
                del req.headers_out[name]
        for name, value in headers:
            if name.lower() == "content-type":
                req.content_type = value
            else:
                req.headers_out.add(name, value)
        return self.write

    def write(self, data: str | bytes) -> None:
        """Send a piece. A str is taken too, as mod_python does."""
        if not self._begun:
            raise AssertionError("the application did not call start_response()")
        if data and not self._req.pyhook.header_only:
            self._req.write(data, 0)

    def demand_start(self) -> None:
        """Raise `AssertionError` if the application has not begun its response."""
        if not self._begun:
            raise AssertionError("the application did not call start_response()")


def base_uri_of(req: mp_request) -> str:
    """Give SCRIPT_NAME: the option, or the path of the location that names the handler."""
    option = req.get_options().get("mod_python.wsgi.base_uri")
    if option is not None:
        return str(option)
    handlers: Any = req.hlist
    return str(handlers.directory).rstrip("/") if handlers.is_location and handlers.directory else ""


def environ_of(req: mp_request) -> dict[str, Any] | None:
    """Make the environ; None if the URI is not below the application's."""
    base = base_uri_of(req)
    uri = req.uri or ""
    if not uri.startswith(base):
        return None
    environ = pyhook.environ(req.pyhook)
    environ["SCRIPT_NAME"], environ["PATH_INFO"] = base, uri[len(base) :]
    environ["wsgi.input"] = req
    environ["wsgi.errors"] = sys.stderr
    return environ


def application_of(req: mp_request) -> Any:
    """Import the application. Raises `ImportError` and `AttributeError`."""
    name = req.get_options().get("mod_python.wsgi.application")
    if name is None:
        raise ImportError("PythonOption mod_python.wsgi.application is missing")
    wanted = Handler("PythonHandler", name)
    application = apache.import_module(wanted.module)
    for part in (wanted.object if "::" in name else "application").split("."):
        application = getattr(application, part)
    return application


def handler(req: mp_request) -> int:
    """Run the application."""
    environ = environ_of(req)
    if environ is None:
        return apache.DECLINED
    response = Response(req)
    pieces = application_of(req)(environ, response.start)
    try:
        for piece in pieces:
            response.write(piece)
        response.demand_start()
    finally:
        if hasattr(pieces, "close"):
            pieces.close()
    return apache.OK
