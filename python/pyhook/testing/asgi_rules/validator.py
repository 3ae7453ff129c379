"""`validate_asgi`: stands between an ASGI server and an application, and watches both."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from . import values as v
from .events import check_event
from .http import HTTPOrder
from .lifespan import LifespanOrder
from .order import Order
from .scopes import check_scope
from .violation import MAIN, ASGIViolation, refuse
from .websocket import WebSocketOrder

if TYPE_CHECKING:
    from ...asgi import Application, Message, Receive, Scope, Send

ORDERS: Mapping[str, type[Order]] = {"http": HTTPOrder, "websocket": WebSocketOrder, "lifespan": LifespanOrder}


def validate_asgi(application: Application) -> Application:
    """Return the application with its server and itself under watch, as `wsgiref.validate.validator` does for WSGI.

    Whatever ASGI 3 does not allow raises `ASGIViolation`: a scope when the application is called, a message of the
    server from `receive`, one of the application from `send`, and a missing one when the application returns. An
    application that swallows the exception gets it again at its end. What is only discouraged is an `ASGIWarning`.

    The specifications are ASGI 3.0, HTTP & WebSocket 2.5, Lifespan 2.0, the TLS extension 0.2 and the extensions page.
    """

    async def validated(scope: Scope, receive: Receive, send: Send) -> None:
        protocol = check_scope(scope)
        watch = _Watch(protocol, scope, receive, send)
        answer = call_application(application, scope, watch.receive, watch.send)
        try:
            await answer
        except Exception as error:
            if watch.violation is not None and error is not watch.violation:
                raise watch.violation from error
            raise
        watch.returned()

    return validated


def call_application(application: Application, *arguments: Any) -> Any:
    """Call it with scope, receive and send; return its awaitable. Raises `ASGIViolation` for what is no application."""
    section = f"{MAIN}, 'Applications'"
    rule = "an application is a single async callable, application(scope, receive, send)"
    try:
        inspect.signature(application).bind(*arguments)
    except TypeError as error:
        raise ASGIViolation("application", f"is {v.shown(application)}: {error}", rule, section) from None
    except ValueError:
        pass  # a callable written in C, which has no signature
    answer = application(*arguments)
    if not inspect.isawaitable(answer):
        refuse("application", f"returned {v.shown(answer)}, which cannot be awaited", rule, section)
    return answer


class _Watch:
    """The `receive` and `send` of one scope."""

    def __init__(self, protocol: str, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        self._protocol = protocol
        self._offered = scope.get("extensions") or {}
        self._order = ORDERS.get(protocol, Order)(scope)
        self._receive = receive
        self._send = send
        self.violation: ASGIViolation | None = None

    async def receive(self) -> Message:
        """Return the server's next event."""
        message = await self._receive()
        with self:
            self._order.received(self._check(message, "server"), message)
        return message

    async def send(self, message: Message) -> None:
        """Give an event to the server."""
        message = _settled(message)
        with self:
            self._order.sent(self._check(message, "application"), message)
        try:
            await self._send(message)
        except OSError:
            self._order.gone = True
            raise

    def _check(self, message: Message, by: Any) -> str:
        if self._protocol in ORDERS:
            return check_event(message, by, self._protocol, self._offered)
        return ""

    def returned(self) -> None:
        """Check the end, and raise what the application has swallowed."""
        if self.violation is not None:
            raise self.violation
        self._order.returned()

    def __enter__(self) -> None:
        """Keep a violation that is raised within."""

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        if isinstance(error, ASGIViolation) and self.violation is None:
            self.violation = error


def _settled(message: Any) -> Any:
    """Return the message with lists for its iterators, which can be read only once."""
    if not isinstance(message, dict):
        return message
    return {key: list(value) if isinstance(value, Iterator) else value for key, value in message.items()}
