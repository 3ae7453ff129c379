"""Calls a content handler (PyHookHandler) for a request that httpd has sent."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable

from ..cures import cure_of_result
from ..errors import HTTPError
from ..records.answer import EXPECTED, WrongNumber, WrongType, answer_of
from . import frames, loading, streams
from .answer import Answer
from .failures import WRONG_RESULT, Misuse
from .question import Question
from .request import Request, current
from .serving import Served, serve, write_rest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .clock import Clock
    from .loop import Loop

_INFO = 6  # httpd's level


def serve_handler(
    question: Question,
    loop: Callable[[], Loop],
    tell: Callable[[str], None],
    connection: frames.Connection,
    clock: Clock,
    free: Callable[[], None],
) -> None:
    """Answer a request. Raises `Gone`. `tell` and `free` are those of `wsgi.Site.serve`; `loop` runs coroutines."""
    answer = Answer(connection, clock)
    body = streams.Input(connection, clock)
    request = Request(question, answer, body)
    answer.begin(request)

    def run(target: Any) -> object:
        from .coroutine import Custody

        request._custody = Custody(loop().events, request, connection)
        try:
            return request._custody.run(target)
        finally:
            request._custody = None

    def call() -> None:
        handler: Any = loading.application(question.name, tell)
        current.set(request)
        try:
            status = _result_of(handler, request, run)
        except HTTPError as error:
            if error.detail is not None:
                streams.log(_INFO, f"{question.name} answers {error.status}: {error.detail}")
            write_rest()
            request._complete = True
            return answer.refuse(error)
        write_rest()
        answer.end(status)
        request._complete = True

    serve(Served(question.name, question.line, call, answer, body, [request._end]), connection, clock, free)


def _result_of(handler: Any, request: Request, run: Callable[[Any], object]) -> int:
    """Return httpd's status. `run` waits for a coroutine. Raises `Misuse` for a result that is none."""
    result = handler(request)
    if isinstance(result, (Awaitable, AsyncIterator)):
        result = run(result)
    try:
        return answer_of(result, request)
    except (WrongType, WrongNumber):
        expected = EXPECTED + cure_of_result("handler", result)
        raise Misuse(f"returned {result!r:.200} of type {type(result).__name__}: {expected}", WRONG_RESULT) from None
