"""The exceptions that Python code and httpd exchange."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from http import HTTPStatus


class HTTPError(Exception):
    """Ends the current phase with an HTTP status; raise it in any request phase.

    `status`: 300 to 599, int or `http.HTTPStatus` (RFC 9110 §15).
    `detail`: why, for the error log; the client never sees it.
    `headers`: response headers that belong to this answer (`Location`, `Retry-After`), set in
    `req.err_headers_out`.

    Raises `ValueError` for a status that is no redirect and no error, `TypeError` for one that is no integer.
    """

    status: int
    detail: str | None
    headers: dict[str, str]

    def __init__(
        self, status: int | HTTPStatus, detail: str | None = None, *, headers: Mapping[str, str] | None = None
    ) -> None:
        if not isinstance(status, int) or isinstance(status, bool):
            raise TypeError(f"an HTTP status is an int or http.HTTPStatus, not {status!r}")
        if not 300 <= status <= 599:
            raise ValueError(f"HTTPError is for statuses 300 to 599, not {int(status)}")
        self.status = int(status)
        self.detail = detail
        self.headers = dict(headers or {})
        super().__init__(self.status, detail)

    def __str__(self) -> str:
        return f"{self.status}: {self.detail}" if self.detail else str(self.status)


class BodyError(HTTPError, OSError):
    """The body of the request can't be read; raised by `req.read` and its like.

    `status` is httpd's for the cause: 413 too long (`LimitRequestBody`), 408 too slow, 400 broken or cut off. A handler
    that does not catch it answers with that status. It is an `OSError` as well, which is what WSGI frameworks expect of
    `wsgi.input`.
    """


class RequestEnded(RuntimeError):
    """A `Request`, or a table that belongs to it, was used after httpd had finished the request.

    httpd frees a request's memory at its end. Copy what a background task needs before it starts.
    """

    def __init__(self, message: str = "this request has ended") -> None:
        super().__init__(message)


class SharedFull(Exception):
    """A shared dictionary (`pyhook.shared`) has no room for a value; what it held before is still there.

    Nothing is thrown away to make room but what has expired: give values a time to live, delete some, or raise the
    size in `PyHookShared`.
    """
