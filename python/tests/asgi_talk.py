"""Scopes, events and a server of a few lines, for tests of ASGI's rules."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from pyhook.testing import validate_asgi

HTTP: dict[str, Any] = {
    "type": "http",
    "asgi": {"version": "3.0", "spec_version": "2.5"},
    "http_version": "1.1",
    "method": "GET",
    "scheme": "http",
    "path": "/",
    "raw_path": b"/",
    "query_string": b"",
    "root_path": "",
    "headers": [[b"host", b"localhost"]],
    "client": ["127.0.0.1", 49152],
    "server": ["127.0.0.1", 80],
    "state": {},
    "extensions": {},
}
WEBSOCKET = {key: value for key, value in HTTP.items() if key != "method"} | {
    "type": "websocket",
    "scheme": "ws",
    "subprotocols": ["chat"],
}
LIFESPAN: dict[str, Any] = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}

START: dict[str, Any] = {"type": "http.response.start", "status": 200, "headers": []}
BODY = {"type": "http.response.body", "body": b"hello"}
MORE = BODY | {"more_body": True}
CONNECT = {"type": "websocket.connect"}
ACCEPT = {"type": "websocket.accept"}
CLOSE = {"type": "websocket.close"}
SAY = {"type": "websocket.send", "text": "hello"}
DENY = {"type": "websocket.http.response.start", "status": 401}
DENIED = {"type": "websocket.http.response.body"}
REQUEST = {"type": "http.request"}
GONE = {"type": "http.disconnect"}
STARTUP = {"type": "lifespan.startup"}
SHUTDOWN = {"type": "lifespan.shutdown"}
STARTED = {"type": "lifespan.startup.complete"}
STOPPED = {"type": "lifespan.shutdown.complete"}


class Hear:
    """A step of an application: it receives. All other steps are messages, which it sends."""


HEAR = Hear()
Steps = Iterable[Hear | Any]


def application(steps: Steps) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        for step in steps:
            if isinstance(step, Hear):
                await receive()
            else:
                await send(step)

    return app


def serve(app: Any, scope: Any, given: Iterable[Any] = ()) -> list[Any]:
    """Serve a validated application; return what it has sent."""
    sent: list[Any] = []
    messages = iter(given)

    async def receive() -> Any:
        return next(messages)

    async def send(message: Any) -> None:
        sent.append(message)

    run(app, scope, receive, send)
    return sent


def run(app: Any, *arguments: Any) -> None:
    async def serving() -> None:
        await validate_asgi(app)(*arguments)

    asyncio.run(serving())


def offering(*names: str) -> dict[str, Any]:
    return {"extensions": {name: {} for name in names}}


def start(**keys: Any) -> dict[str, Any]:
    return START | keys


def header(name: Any, value: Any) -> dict[str, Any]:
    return start(headers=[(name, value)])
