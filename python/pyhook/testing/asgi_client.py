"""Serves an ASGI application to a test: its lifespan, requests and WebSockets, with no server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ..asgi import HTTP, Disconnected, WebSocket
from ..errors import HTTPError
from ..lifespan import Lifespan
from ..loops import cause_of
from .asgi_exchange import FakeExchange, FakeSocketExchange
from .asgi_rules import ASGIViolation, validate_asgi
from .asgi_rules.validator import call_application
from .calling import Response, calling, response_of
from .native import current_request
from .streaming import Stream, streamed
from .web_socket import ClientSocket, connected

if TYPE_CHECKING:
    from ..asgi import Application, Receive, Scope, Send
    from .request import FakeRequest

VERSIONS = {"HTTP/1.0": "1.0", "HTTP/1.1": "1.1", "HTTP/2.0": "2"}


class ASGIClient:
    """Serves an ASGI application as mod_pyhook does, and checks it with `validate_asgi`.

        async with ASGIClient(application) as client:
            response = await client.call(FakeRequest("GET", "/clock"))

    The block is the application's lifespan. Requests are `FakeRequest`s; `place` is where the application is mounted.
    An exception of the application reaches the test. `extensions` are added to those in the scope.

    Entering the block raises `RuntimeError` if the application cannot start.
    """

    def __init__(self, application: Application, *, extensions: Mapping[str, Any] | None = None) -> None:
        self._given = application
        self._application = validate_asgi(self._with_request)
        self._extensions = dict(extensions or {})
        self._lifespan: Lifespan | None = None
        self._violation: ASGIViolation | None = None

    @property
    def state(self) -> dict[str, Any]:
        """The lifespan's state, of which each request gets a copy. Raises `RuntimeError` outside the block."""
        if self._lifespan is None:
            raise RuntimeError("an ASGIClient is used in its block: async with ASGIClient(application) as client")
        return self._lifespan.state

    async def __aenter__(self) -> ASGIClient:
        lifespan = Lifespan(self._live)
        reason = await lifespan.started
        self._raise_violation()
        if reason is not None:
            raise RuntimeError(f"the application could not start: {reason}")
        self._lifespan = lifespan
        return self

    async def __aexit__(self, *error: object) -> None:
        if self._lifespan is not None:
            await self._lifespan.stop()
            self._lifespan = None
        self._raise_violation()

    async def _with_request(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the live request, which is no dict, as the validator advises."""
        if (request := current_request()) is not None:
            scope["extensions"]["pyhook.request"] = request
        await call_application(self._given, scope, receive, send)

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Keep a violation, which a server would take for an application without lifespan."""
        try:
            await self._application(scope, receive, send)
        except ASGIViolation as violation:
            self._violation = violation
            raise

    def _raise_violation(self) -> None:
        violation, self._violation = self._violation, None
        if violation is not None:
            raise violation

    async def call(self, request: FakeRequest) -> Response:
        """Serve a request; return when the application returns. An `HTTPError` becomes its status, as in a handler."""
        return await self._serve(request, HTTP(FakeExchange(request)))

    async def _serve(self, request: FakeRequest, protocol: HTTP) -> Response:
        scope = self._scope(request, "http") | {"method": request.method}
        with calling(request, "handler") as outcome:
            try:
                await self._application(scope, protocol.receive, protocol.send)
            except Exception as error:
                if not protocol.gone or cause_of(error, Disconnected) is None:
                    raise
        return response_of(outcome, request)

    @asynccontextmanager
    async def stream(self, request: FakeRequest) -> AsyncIterator[Stream]:
        """Serve a request whose response the test reads in pieces: an event stream, for example.

        Entering the block waits for the first piece or the end. Leaving it is what happens when the client goes: the
        application receives `http.disconnect`. Raises `TimeoutError` if it goes on for five seconds then.
        """
        protocol = HTTP(FakeExchange(request))
        async with streamed(request, self._serve(request, protocol), lambda _: protocol.disconnect()) as response:
            yield response

    @asynccontextmanager
    async def websocket(self, request: FakeRequest) -> AsyncIterator[ClientSocket]:
        """Connect a WebSocket; the header `Sec-WebSocket-Protocol` of the request offers subprotocols.

        Leaving the block closes it with code 1001, as a browser that leaves a page. Raises `WebSocketRefused` if the
        application does not accept it, and `TimeoutError` if it goes on for five seconds after the end.
        """
        exchange = FakeSocketExchange(request)
        async with connected(exchange, self._converse(request, exchange)) as socket:
            yield socket

    async def _converse(self, request: FakeRequest, exchange: FakeSocketExchange) -> Response:
        protocol = WebSocket(exchange)
        scope = self._scope(request, "websocket") | {
            "scheme": "wss" if request.is_https else "ws",
            "subprotocols": exchange.offered,
        }
        with calling(request, "handler") as outcome:
            try:
                await self._application(scope, protocol.receive, protocol.send)
            except Exception as error:
                if cause_of(error, Disconnected) is None:
                    raise
            finally:
                exchange.end(1000, "")
            if protocol.closed and not protocol.accepted:
                raise HTTPError(403, "the application has closed the WebSocket")
        return response_of(outcome, request)

    def _scope(self, request: FakeRequest, protocol: str) -> dict[str, Any]:
        """Return what both protocols have in their scope."""
        headers = [
            (name.lower().encode(), value.encode("utf-8", "surrogateescape"))
            for name, value in request.headers_in.multi_items()
            if name.lower() != "authorization" or request.user is None
        ]
        return {
            "type": protocol,
            "asgi": {"version": "3.0", "spec_version": "2.5"},
            "http_version": VERSIONS.get(request.protocol, "1.1"),
            "scheme": "https" if request.is_https else "http",
            "path": request.uri,
            "raw_path": urlsplit(request.unparsed_uri).path.encode("utf-8", "surrogateescape"),
            "query_string": (request.args or "").encode("utf-8", "surrogateescape"),
            "root_path": request.uri.removesuffix(request.path_below),
            "headers": headers,
            "client": [request.useragent_ip, request.useragent_port],
            "server": [request.server_name, request.port],
            "state": self.state.copy(),
            "extensions": {
                "http.response.pathsend": {},
                "websocket.http.response": {},
                **self._extensions,
            },
        }
