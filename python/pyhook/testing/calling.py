"""Calls a handler as mod_pyhook does: its return value becomes a response."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import HTTPError
from ..status import DECLINED, DONE, OK
from ..records.answer import answer_of, default_type
from ..records.body import body_bytes
from ..records.headers import Headers
from ..records.names import phases
from .native import set_current_request
from .request import FakeRequest

if TYPE_CHECKING:
    from ..handlers import Phase

_first_answer_wins = {
    *("quick_handler", "pre_translate_name", "translate_name", "map_to_storage", "type_checker"),
    *("access_checker_ex", "check_authn", "note_auth_failure", "check_authz"),
}


@dataclass(frozen=True)
class Response:
    """The result of a call.

    `result`: `OK`, `DECLINED`, `DONE` or an HTTP status, as httpd gets it.

    `status`: the status that the client would see if nobody else answered.

    `headers`: the headers that the client would see; an error or redirect has only `err_headers_out`, as in httpd.

    `body`: the bytes written and returned; for an error the body of its `HTTPError`.

    `detail`: the text of an `HTTPError` for the log.
    """

    result: int
    status: int
    headers: Headers
    body: bytes
    detail: str | None = None

    @property
    def text(self) -> str:
        """The body as UTF-8."""
        return self.body.decode("utf-8")


def call(handler: Callable[[Any], object], request: FakeRequest, *, phase: Phase = "handler") -> Response:
    """Call a handler in a phase and apply the rules for return values.

    If a content handler returns a coroutine or an async generator, this runs in a new event loop; `acall` uses the
    running one.

    An `HTTPError` becomes its status; any other exception reaches the test. A return value that httpd would answer with
    500 raises `TypeError` (a wrong type) or `ValueError` (a number that is no answer).
    """
    with calling(request, phase) as outcome:
        answer = handler(request)
        if phase == "handler" and isinstance(answer, (Awaitable, AsyncIterator)):
            answer = asyncio.run(_result_of(answer, request))
        outcome.result = _result(answer, request, phase)
    return response_of(outcome, request)


async def acall(handler: Callable[[Any], object], request: FakeRequest) -> Response:
    """`call` for a content handler, in the running event loop."""
    with calling(request, "handler") as outcome:
        answer = handler(request)
        if isinstance(answer, (Awaitable, AsyncIterator)):
            answer = await _result_of(answer, request)
        outcome.result = _result(answer, request, "handler")
    return response_of(outcome, request)


@dataclass
class Outcome:
    """The answer of a handler or an application."""

    result: int = OK
    error: HTTPError | None = None


@contextmanager
def calling(request: FakeRequest, phase: Phase) -> Iterator[Outcome]:
    """Make the request the current one meanwhile; an HTTPError is an outcome. Raises `ValueError` for an unknown phase."""
    if phase not in phases:
        raise ValueError(f"there is no phase {phase!r}: write {', '.join(phases)}")
    outcome = Outcome()
    before = set_current_request(request)
    request._fields["phase"] = phase
    try:
        yield outcome
    except HTTPError as error:
        outcome.result, outcome.error = error.status, error
        for name, value in error.headers.items():
            request.err_headers_out[name] = value
    finally:
        set_current_request(before)


async def _result_of(answer: Awaitable[object] | AsyncIterator[bytes | str], request: FakeRequest) -> object:
    """Await a coroutine; send the pieces of a generator, and close it when the task is cancelled."""
    request._is_on_loop = True
    try:
        if not isinstance(answer, AsyncIterator):
            return await answer
        async for piece in answer:
            default_type(piece, request)
            await request.awrite(piece)
    finally:
        if isinstance(answer, AsyncGenerator):
            await answer.aclose()
        request._is_on_loop = False
    return None


def _result(answer: object, request: FakeRequest, phase: Phase) -> int:
    if phase == "handler":
        return answer_of(answer, request)
    if answer is None:
        return DECLINED if phase in _first_answer_wins else OK
    if isinstance(answer, Coroutine):
        answer.close()
        raise TypeError(f"{phase} is no content handler: only one may be async def")
    if phase == "quick_handler":
        return answer_of(answer, request)
    if isinstance(answer, int) and not isinstance(answer, bool):
        return _number(int(answer), request, phase)
    raise TypeError(f"{phase} returns None, OK, DECLINED, DONE or an HTTP status, not {answer!r}")


def _number(answer: int, request: FakeRequest, phase: Phase) -> int:
    if phase == "check_authn" and answer == OK and request.user is None:
        raise ValueError("check_authn returned OK without a user: set req.user")
    if answer in (OK, DECLINED, DONE) or 300 <= answer <= 599:
        return answer
    raise ValueError(f"{phase} returned {answer}, which is neither OK, DECLINED, DONE nor an HTTP status for it")


def response_of(outcome: Outcome, request: FakeRequest) -> Response:
    """Return what the client gets."""
    headers = Headers(request.err_headers_out.multi_items())
    if outcome.result > 0:
        return _error(outcome.result, outcome.error, headers, request)
    for name, value in request.headers_out.multi_items():
        headers.add(name, value)
    if request.content_type and "Content-Type" not in headers:
        headers["Content-Type"] = request.content_type
    return Response(outcome.result, request.status, headers, request.response_body)


def _error(status: int, error: HTTPError | None, headers: Headers, request: FakeRequest) -> Response:
    if "Location" in request.headers_out and 300 <= status <= 399:
        headers.setdefault("Location", request.headers_out["Location"])
    if error is None or error.body is None:
        return Response(status, status, headers, b"", error.detail if error else None)
    body = body_bytes(error.body)
    headers["Content-Length"] = str(len(body))
    if error.content_type is not None:
        headers["Content-Type"] = error.content_type
    return Response(status, status, headers, body, error.detail)
