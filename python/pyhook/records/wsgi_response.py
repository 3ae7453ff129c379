"""Sends the answer of a WSGI response object, Werkzeug's or WebOb's for example, to a request (PEP 3333)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, cast

from .variables import wsgi

if TYPE_CHECKING:
    from .request import RequestRecord


def send_wsgi_response(response: Callable[..., object], request: RequestRecord) -> None:
    """Call it with `(environ, start_response)`; its status, headers and body become the request's.

    Raises `TypeError` and `ValueError` for an answer that httpd would log as PYHOOK0070 and answer with 500.
    """
    head = _Head(request)
    pieces = response(wsgi(request), head.start)
    if isinstance(pieces, (str, bytes)) or not isinstance(pieces, Iterable):
        raise TypeError(f"a WSGI response gives an iterable of bytes, a list [body] for example, not {pieces!r}")
    try:
        for piece in pieces:
            head.write(piece)
        head.commit()
    finally:
        getattr(pieces, "close", lambda: None)()


class _Head:
    """Status and headers, which may be replaced until the first byte of the body."""

    def __init__(self, request: RequestRecord) -> None:
        self._request = request
        self._status: str | None = None
        self._headers: list[tuple[str, str]] = []
        self._committed = False

    def start(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], None]:
        if exc_info is not None and self._committed:
            raise cast(BaseException, exc_info[1])
        if exc_info is None and self._status is not None:
            raise AssertionError("start_response was called before: a second call needs exc_info")
        if not (status[:3].isdigit() and status[3:4] in ("", " ") and 200 <= int(status[:3]) <= 599):
            raise ValueError(f"the status is three digits, a space and a reason, as '200 OK', not {status!r}")
        self._status, self._headers = status, list(headers)
        return self.write

    def write(self, piece: object) -> None:
        if not isinstance(piece, bytes):
            raise TypeError(f"the body of a WSGI response is made of bytes, not {type(piece).__name__}: {piece!r}")
        if piece:
            self.commit()
            self._request.write(piece)

    def commit(self) -> None:
        if self._status is None:
            raise TypeError("a WSGI response calls start_response(status, headers) before its body")
        if self._committed:
            return
        self._committed = True
        self._request.status, self._request.content_type = int(self._status[:3]), None
        for name, value in self._headers:
            if name.lower() == "content-type":
                self._request.content_type = value
            else:
                self._request.headers_out.add(name, value)
