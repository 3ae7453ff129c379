"""What the return value of a content handler means (PyHookHandler)."""

from __future__ import annotations

from collections.abc import Iterator

from ..status import DECLINED, DONE, OK
from .body import body_bytes
from .wsgi_response import send_wsgi_response

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .request import RequestRecord

_ANSWERS = "None, OK, DECLINED, DONE, an HTTP status (200 to 599), bytes, str, an iterator of them or a WSGI response"
EXPECTED = f"expected {_ANSWERS}"


class WrongType(TypeError):
    """A handler returned what is no answer."""


class WrongNumber(ValueError):
    """A handler returned a number that is no answer."""


def answer_of(answer: object, request: RequestRecord) -> int:
    """Return `OK`, `DECLINED`, `DONE` or an HTTP status; a body is sent. Raises `WrongType` and `WrongNumber`."""
    if answer is None:
        return OK
    if isinstance(answer, int) and not isinstance(answer, bool):
        return _status_of(int(answer), request)
    if isinstance(answer, (bytes, bytearray, memoryview, str)):
        _send_whole(answer, request)
    elif isinstance(answer, Iterator):
        _send_pieces(answer, request)
    elif callable(answer):
        send_wsgi_response(answer, request)
    else:
        raise WrongType(f"a content handler returns {_ANSWERS}, not {type(answer).__name__}: {answer!r}")
    return OK


def _status_of(answer: int, request: RequestRecord) -> int:
    if answer in (OK, DECLINED, DONE) or 300 <= answer <= 599:
        return answer
    if 200 <= answer <= 299:
        request.status = answer
        return OK
    raise WrongNumber(f"handler returned {answer}, which is neither OK, DECLINED, DONE nor an HTTP status for it")


def _send_whole(body: bytes | bytearray | memoryview | str, request: RequestRecord) -> None:
    if request._complete:  # nothing is added after the end
        return
    default_type(body, request)
    request._send_whole(body_bytes(body))


def _send_pieces(pieces: Iterator[bytes | str], request: RequestRecord) -> None:
    try:
        for piece in pieces:
            data = body_bytes(piece)
            default_type(piece, request)
            if data:
                request.write(data)
                request.flush()
            if request.header_only and data:
                return
    finally:
        getattr(pieces, "close", lambda: None)()


def default_type(piece: object, request: RequestRecord) -> None:
    """Text is HTML unless the handler says something else."""
    if isinstance(piece, str) and request.content_type is None:
        request.content_type = "text/html; charset=utf-8"
