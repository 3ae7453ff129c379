"""The exceptions that Python code and httpd exchange."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from http import HTTPStatus


class HTTPError(Exception):
    """Ends the current phase with an HTTP status; raise it in any request phase.

    `status`: 300 to 599, int or `http.HTTPStatus` (RFC 9110 §15).

    `detail`: the reason, for the error log; the client never sees it.

    `headers`: response headers that belong to this answer (`Location`, `Retry-After`), set in `req.err_headers_out`.

    `body`: sent to the client instead of httpd's page and the `ErrorDocument`; a str as UTF-8.

    `content_type`: the type of that body; for a str `text/html; charset=utf-8` by default. A `Content-Type` in
    `headers` sets it too.

    Raises `ValueError` for a status that is no redirect and no error, and for a body of 304, which has none (RFC 9110
    §15.4.5). Raises `TypeError` for a status that is no integer, a detail or header that is no str, and a body that is
    neither bytes nor str.
    """

    status: int
    detail: str | None
    headers: dict[str, str]
    body: bytes | str | None
    content_type: str | None

    def __init__(
        self,
        status: int | HTTPStatus,
        detail: str | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | str | None = None,
        content_type: str | None = None,
    ) -> None:
        if not isinstance(status, int) or isinstance(status, bool):
            raise TypeError(f"an HTTP status is an int or http.HTTPStatus, not {status!r}")
        if not 300 <= status <= 599:
            raise ValueError(f"HTTPError is for statuses 300 to 599, not {int(status)}")
        if detail is not None and not isinstance(detail, str):
            raise TypeError(f"the detail of an HTTPError is a str, for the log, not {detail!r}: what the client gets is its body=")
        self.status = int(status)
        self.detail = detail
        self.headers = dict(headers or {})
        self.body = body
        self.content_type = content_type
        for name, value in self.headers.items():
            if not isinstance(name, str) or not isinstance(value, str):
                raise TypeError(f"the header {name} of an HTTPError is a str, not {value!r}")
        if body is not None:
            self._describe_body()
        super().__init__(self.status, detail)

    def _describe_body(self) -> None:
        if not isinstance(self.body, (bytes, bytearray, memoryview, str)):
            raise TypeError(f"the body of an HTTPError is bytes or str, not {type(self.body).__name__}: {self.body!r}")
        if self.status == 304:
            raise ValueError("an answer 304 has no body")
        for name in [name for name in self.headers if name.lower() == "content-type"]:
            said = self.headers.pop(name)
            self.content_type = self.content_type or said
        if self.content_type is None and isinstance(self.body, str):
            self.content_type = "text/html; charset=utf-8"

    def __str__(self) -> str:
        return f"{self.status}: {self.detail}" if self.detail else str(self.status)


class BodyError(HTTPError, OSError):
    """The body of the request cannot be read; raised by `req.read` and the other methods that read it.

    `status` is httpd's status for the cause: 413 too long (`LimitRequestBody`), 408 too slow, 400 broken or cut off. A
    handler that does not catch it answers with that status. It is an `OSError` as well, as WSGI frameworks expect of
    `wsgi.input`.
    """


class WebSocketClosed(ConnectionError):
    """A WebSocket has ended: no message can be sent or received any more.

    `code`: the code of the client (RFC 6455 §7.4); 1005 if it gave none or the handler has closed, 1006 if it was lost.

    `reason`: the client's words for it, or "".
    """

    code: int
    reason: str

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(f"the WebSocket has ended: {code} {reason}".rstrip())
        self.code = code
        self.reason = reason


class RequestEnded(RuntimeError):
    """A `Request`, or a table that belongs to it, was used after httpd had finished the request.

    httpd frees a request's memory at its end. Copy what a background task needs before it starts.
    """

    def __init__(self, message: str = "this request has ended") -> None:
        super().__init__(message)


class RequestTimeout(BaseException):
    """The request has run in Python for longer than `PyHookTimeout` allows.

    mod_pyhook raises it in the thread that serves the request, wherever that is in Python code, and answers the request
    with 504. Like `SystemExit` and `KeyboardInterrupt` it is no `Exception`: what handles the errors of an application
    does not stop it, and `finally` blocks and `with` statements clean up.
    """

    def __init__(self, message: str = "the request has run for longer than PyHookTimeout allows") -> None:
        super().__init__(message)


class SharedAway(ConnectionError):
    """The server that keeps a shared dictionary (`PyHookShared name redis://…`) cannot be asked.

    It is away, did not answer in time, refused, or answered what is no reply. Whether the call has changed anything is
    unknown. Nothing is tried again; after three failures in a row, calls fail at once for a second.
    """


class SharedFull(Exception):
    """A shared dictionary (`pyhook.shared`) has no room for a value; the old value is still there.

    Only expired entries are removed to make room. Give values a time to live, delete some, or raise the size in
    `PyHookShared`.
    """
