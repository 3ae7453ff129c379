"""ASGI 3 applications: the HTTP and WebSocket protocols, from httpd's request to `receive` and `send`.

https://asgi.readthedocs.io/en/latest/specs/: main 3.0, HTTP 2.5.
"""

from __future__ import annotations

import asyncio
import contextlib
import traceback

from . import loops
from .errors import HTTPError, RequestEnded
from .lifespan import Misuse, lifespan_of
from .websocket import accept, report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, MutableMapping
    from typing import Any, Protocol

    from .loops import Answered, Waiting
    from .websocket import AskedFor, Conversation

    Scope = MutableMapping[str, Any]
    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    Application = Callable[[Scope, Receive, Send], Awaitable[None]]

    class HTTPExchange(Waiting, Protocol):
        """A request that waits for its application, in a child of httpd or in a worker process."""

        has_body: bool

        def enter(self) -> Answered: ...
        def finish(self, result: object) -> None: ...
        def read_some(self) -> asyncio.Future[bytes]: ...
        def write(self, data: bytes | bytearray | memoryview | str) -> asyncio.Future[None]: ...
        def start(self, status: int, headers: Iterable[tuple[bytes, bytes]]) -> None: ...
        def complete(self, data: bytes | bytearray | memoryview) -> None: ...
        def complete_with(self, path: str) -> None: ...

    class WebSocketExchange(HTTPExchange, AskedFor, Protocol):
        """A WebSocket whose thread converses with the client."""


class Disconnected(ConnectionAbortedError):
    """Raised by `send` when the client has gone."""


def _heard(future: asyncio.Future[Any]) -> None:
    if not future.cancelled():
        future.exception()


class HTTP:
    """The `receive` and `send` of one request. Several tasks may wait in them; data moves one piece at a time."""

    def __init__(self, exchange: HTTPExchange) -> None:
        self._exchange = exchange
        self.task: asyncio.Task[None] | None = None  # that runs the application
        self._asked: asyncio.Future[Any] | None = None  # the current or last work of the request's thread
        self._reading: asyncio.Future[bytes] | None = None  # a piece that no `receive` has returned yet
        self._body_to_come = True
        self._receiving = 0  # how many tasks are in `receive`
        self.started = False
        self._over: asyncio.Event | None = None  # made when a task first waits for it
        self.complete = False
        self.gone = False

    async def receive(self) -> Message:
        """Return `http.request` messages; when the response is complete or the client has gone, `http.disconnect`."""
        self._receiving += 1
        try:
            return await self._receive()
        finally:
            self._receiving -= 1

    async def _receive(self) -> Message:
        while self._body_to_come:
            await self._turn()
            if self.complete or self.gone:
                break
            piece = await self._piece() if self._exchange.has_body else b""
            if piece is not None:
                self._body_to_come = bool(piece)
                return {"type": "http.request", "body": piece, "more_body": self._body_to_come}
        while not self.complete and not self.gone:
            if self._over is None:
                self._over = asyncio.Event()
            await self._over.wait()
        return {"type": "http.disconnect"}

    async def _turn(self) -> None:
        while self._asked is not None and not self._asked.done():
            await asyncio.wait((self._asked,))

    async def _done(self, asked: asyncio.Future[Any]) -> None:
        """Wait for the future. If this task is cancelled, the future still runs: cancelling it would hide its end."""
        self._asked = asked
        over = asked.get_loop().create_future()

        def hear(asked: asyncio.Future[Any]) -> None:
            _heard(asked)
            if not over.done():
                over.set_result(None)

        asked.add_done_callback(hear)
        await over

    async def _piece(self) -> bytes | None:
        """Return the next piece of the body, perhaps asked for by a cancelled task; None if another task took it."""
        reading = self._reading
        if reading is None:
            self._reading = reading = self._exchange.read_some()
            await self._done(reading)
        if self._reading is not reading:
            return None
        self._reading = None
        return reading.result()

    async def send(self, message: Message) -> None:
        """Take a message; return when its data is on its way. Raises `Misuse`, and `OSError` when the client has gone."""
        kind = message.get("type")
        await self._turn()
        if self.gone:
            raise Disconnected("the client has gone")
        if self.complete:
            raise Misuse(f"sent {kind!r} after the response was complete")
        if kind == "http.response.body":
            await self._send_body(message)
        elif kind == "http.response.start":
            self._start(message)
        elif kind == "http.response.pathsend":
            self._send_path(message)
        else:
            raise Misuse(f"sent {kind!r}: expected 'http.response.start' or 'http.response.body'")

    def _start(self, message: Message) -> None:
        if self.started:
            raise Misuse("sent 'http.response.start' twice")
        self._exchange.start(message["status"], message.get("headers", ()))
        self.started = True

    async def _send_body(self, message: Message) -> None:
        if not self.started:
            raise Misuse("sent 'http.response.body' before 'http.response.start'")
        body = message.get("body", b"")
        if not isinstance(body, (bytes, bytearray, memoryview)):
            raise Misuse(f"sent a body of type {type(body).__name__}: expected bytes")
        if message.get("more_body", False):
            if body:
                written = self._exchange.write(body)
                await self._done(written)
                self._check_sent(written)
            return
        self._exchange.complete(body)  # it may refuse the body: then the response still has no end
        self.complete = True
        self._tell()

    def _check_sent(self, written: asyncio.Future[Any]) -> None:
        """A task in `receive` hears first that the client has gone, and can end the sender; the next `send` raises."""
        try:
            written.result()
        except OSError as error:
            if not self._receiving:
                raise Disconnected(str(error)) from None
            self.disconnect()

    def _send_path(self, message: Message) -> None:
        """The extension Path Send: httpd sends the file."""
        if not self.started:
            raise Misuse("sent 'http.response.pathsend' before 'http.response.start'")
        self._exchange.complete_with(message["path"])
        self.complete = True
        self._tell()

    def disconnect(self) -> bool:
        """Wake everybody who waits for a message: the client has gone, the server stops, or the time is over."""
        if self.task is not None and self._exchange.cancelled() == "timed out":
            self.task.cancel()
        self.gone = True
        self._tell()
        return True

    def _tell(self) -> None:
        if self._over is not None:
            self._over.set()

    def check_end(self) -> None:
        """Check the response after the application has returned. Raises `Misuse` if it is not complete."""
        if self.complete or self.gone:
            return
        missing = "the end of its body" if self.started else "'http.response.start'"
        raise Misuse(f"returned without having sent {missing}")


class WebSocket:
    """The `receive` and `send` of one WebSocket."""

    def __init__(self, exchange: WebSocketExchange) -> None:
        self._exchange = exchange
        self.task: asyncio.Task[None] | None = None  # that runs the application
        self._connected = False  # the application has been told of the handshake
        self._denial: HTTP | None = None
        self._conversation: Conversation | None = None  # once it is accepted
        self._refused = False
        self._answered = asyncio.Event()  # the handshake, or it has come to nothing
        self._ends = asyncio.Event()

    @property
    def accepted(self) -> bool:
        """Has the application accepted it?"""
        return self._conversation is not None

    @property
    def closed(self) -> bool:
        """Has the application refused it, or has either side closed it?"""
        return self._refused if self._conversation is None else self._conversation.closed

    async def receive(self) -> Message:
        """Return `websocket.connect`, then the client's messages, then `websocket.disconnect` at every further call."""
        if not self._connected:
            self._connected = True
            return {"type": "websocket.connect"}
        if self._conversation is None:
            await self._answered.wait()
        if self._conversation is None:
            return disconnect(1006)
        message = None
        with contextlib.suppress(RequestEnded):  # httpd has not waited for the application
            message = await self._conversation.hear()
        if message is None:
            return disconnect(*(self._conversation.end or (1006,)))
        return {"type": "websocket.receive", "text" if isinstance(message, str) else "bytes": message}

    async def send(self, message: Message) -> None:
        """Take a message. Raises `Misuse`, and `OSError` when the connection has ended."""
        kind = message.get("type")
        if kind in ("http.response.start", "http.response.body", "websocket.http.response.start", "websocket.http.response.body"):
            return await self._deny(message)
        if self._conversation is not None and not self._ends.is_set():
            self._conversation.look()
        if self._ends.is_set() or (self._conversation is not None and self._conversation.end is not None):
            raise Disconnected("the WebSocket has ended")
        if kind == "websocket.send" and self._conversation is not None:
            if self._conversation.say(_data_of(message)):
                await self._conversation.drained()
        elif kind == "websocket.close":
            self._close(message)
        elif kind == "websocket.accept" and self._conversation is None and self._denial is None:
            self._conversation = accept(self._exchange, message.get("subprotocol"), message.get("headers", ()))
            self._answered.set()
        else:
            state = "once accepted" if self.accepted else "before 'websocket.accept'"
            raise Misuse(f"sent {kind!r} {state}: expected 'websocket.accept' once, 'websocket.send' or 'websocket.close'")

    def _close(self, message: Message) -> None:
        if self._conversation is None:
            self._refused = True
        else:
            self._conversation.close(message.get("code", 1000), message.get("reason") or "")
        self._end()

    async def _deny(self, message: Message) -> None:
        """Send an ordinary response instead of a handshake (websocket.http.response)."""
        if self.accepted or self.closed:
            raise Misuse(f"sent {message['type']!r} for a WebSocket that is accepted or closed")
        if self._denial is None:
            self._denial = HTTP(self._exchange)
        await self._denial.send({**message, "type": message["type"].removeprefix("websocket.")})
        if self._denial.complete:
            self._end()

    @property
    def denied(self) -> bool:
        """Has an ordinary response been sent?"""
        return self._denial is not None and self._denial.complete

    def disconnect(self) -> bool:
        """End the handshake: the client has gone before it was accepted, the server stops, or the time is over."""
        if self.accepted:
            self._exchange.close(1001, "")
        elif self.task is not None and self._exchange.cancelled() == "timed out":
            self.task.cancel()
        self._end()
        return True

    def _end(self) -> None:
        self._ends.set()
        self._answered.set()


def _data_of(message: Message) -> str | bytes:
    text, data = message.get("text"), message.get("bytes")
    if (text is None) == (data is None):
        raise Misuse("sent 'websocket.send' with neither or both of 'text' and 'bytes'")
    if isinstance(text, str) or isinstance(data, (bytes, bytearray, memoryview)):
        return str(text) if data is None else bytes(data)
    raise Misuse(f"sent a message of type {type(text or data).__name__}: 'text' is str, 'bytes' is bytes")


def disconnect(code: int, reason: str = "") -> Message:
    """Return the last message of a WebSocket."""
    return {"type": "websocket.disconnect", "code": code, "reason": reason}


def begin_websocket(exchange: WebSocketExchange, application: Application, scope: Scope) -> Callable[[], bool]:
    """Start the task of a WebSocket; return the function that tells it about the end."""
    protocol = WebSocket(exchange)
    protocol.task = loops.start_kept(exchange, _serve_websocket(exchange, protocol, application, scope))
    return protocol.disconnect


async def _serve_websocket(
    exchange: WebSocketExchange, protocol: WebSocket, application: Application, scope: Scope
) -> None:
    exchange.enter()
    failed: BaseException | None = None
    try:
        await _run(application, scope, protocol.receive, protocol.send)
    except BaseException as error:
        failed = error
    with contextlib.suppress(RequestEnded):  # httpd has not waited for it
        if failed is None:
            _finish_websocket(exchange, protocol)
        else:
            _fail_websocket(exchange, protocol, failed)


def _finish_websocket(exchange: WebSocketExchange, protocol: WebSocket) -> None:
    if protocol.denied:
        return
    if protocol.accepted:
        if not protocol.closed:
            exchange.close(1000, "")
        exchange.finish(None)
    elif protocol.closed:
        exchange.fail(HTTPError(403, "the application has closed the WebSocket"))
    else:
        exchange.fail(Misuse("returned without having sent 'websocket.accept' or 'websocket.close'"))


def _fail_websocket(exchange: WebSocketExchange, protocol: WebSocket, error: BaseException) -> None:
    if protocol.denied:
        loops.report("an application raised after its response was complete", error)
    elif protocol.accepted:
        if not isinstance(error, asyncio.CancelledError) and loops.cause_of(error, Disconnected) is None:
            report(exchange, error)
        if not protocol.closed:
            exchange.close(1011, "")
        exchange.finish(None)
    else:
        exchange.fail(loops.reason_of(exchange, error))


def begin(exchange: HTTPExchange, application: Application, scope: Scope) -> Callable[[], bool]:
    """Start the task of a request; return the function that tells it that the client has gone."""
    protocol = HTTP(exchange)
    protocol.task = loops.start_kept(exchange, _serve(exchange, protocol, application, scope))
    return protocol.disconnect


async def _run(application: Application, scope: Scope, receive: Receive, send: Send) -> None:
    lifespan = lifespan_of(application)
    if (reason := await asyncio.shield(lifespan.started)) is not None:
        raise Misuse(f"could not start: {reason}")
    scope["state"] = lifespan.state.copy()
    await application(scope, receive, send)


async def _serve(exchange: HTTPExchange, protocol: HTTP, application: Application, scope: Scope) -> None:
    request = exchange.enter()
    try:
        await _run(application, scope, protocol.receive, protocol.send)
        protocol.check_end()
        if not protocol.complete:
            _fail(exchange, request, protocol, Disconnected("the client has gone"))
    except BaseException as error:
        _fail(exchange, request, protocol, error)


def _fail(exchange: HTTPExchange, request: Answered, protocol: HTTP, error: BaseException) -> None:
    if protocol.complete:  # httpd is done with the request, so this goes only to the log
        loops.report("an application raised after its response was complete", error)
    elif protocol.gone and protocol.started and loops.is_ended_by_server(exchange, request):
        exchange.complete(b"")
    elif protocol.gone and isinstance(error, asyncio.CancelledError):
        exchange.fail(loops.reason_of(exchange, error))
    elif (end := loops.cause_of(error, Disconnected)) is not None:
        if end is not error:
            request.log("".join(traceback.format_exception(error)), level="info")
        exchange.fail(loops.reason_of(exchange, end))
    else:
        exchange.fail(error)
