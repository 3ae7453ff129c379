"""WSGI and ASGI applications that answer by chance, rightly and wrongly."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Any

from calls_any import Chance, aact, act, chance_of, either_way, fail, kept

from pyhook import Request

Messages = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

HEADS: tuple[tuple[Any, ...], ...] = (
    *(("200 OK", [("Content-Type", "text/plain")]), ("200 OK", [("Content-Length", "5")]), ("204 No Content", []), ("304 Not Modified", [])),
    *(("404 none", [("X-A", "b"), ("X-A", "c")]), ("302 Found", [("Location", "/page.txt")]), ("200 OK", [("Content-Length", "100000")])),
    *(("bogus", []), ("200 OK", [("X\r\n", "y")]), ("200 OK", [("Connection", "close")]), (200, None), ("999 x", []), ("200 OK", [("A", 5)])),
)
MESSAGES: tuple[dict[str, Any], ...] = (
    *({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]} for _ in range(4)),
    {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")], "trailers": True},
    *({"type": "http.response.start", "status": status} for status in (204, 304, 404, 99, "x")),
    *({"type": "http.response.body", "body": body, "more_body": True} for body in (b"", b"part", b"x" * 100_000)),
    *({"type": "http.response.body", "body": b"end"} for _ in range(3)),
    *({"type": "http.response.pathsend", "path": path} for path in ("/etc/hostname", "/nothing")),
    {"type": "http.response.body", "body": "text"},
    {"type": "nothing"},
    {},
)
CONVERSATION: tuple[dict[str, Any], ...] = (
    *({"type": "websocket.accept"} for _ in range(4)),
    {"type": "websocket.accept", "subprotocol": "a\r\nb", "headers": [(b"x", b"y")]},
    *({"type": "websocket.send", "text": text} for text in ("x", "y" * 100_000, "\udcff")),
    *({"type": "websocket.send", "bytes": b"x"}, {"type": "websocket.send"}, {"type": "websocket.close"}),
    *({"type": "websocket.close", "code": 3000, "reason": "é" * 100}, {"type": "websocket.close", "code": 5}),
    *({"type": "websocket.http.response.start", "status": 401, "headers": []}, {"type": "websocket.http.response.body", "body": b"no"}),
)


def wsgi(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
    req: Request = environ["pyhook.request"]
    chance = chance_of(req, "wsgi")
    kept.append(req)
    kept.extend((environ["wsgi.input"], environ["wsgi.errors"]))
    act(req, chance, 4)
    for _ in range(chance.randrange(4)):
        step(environ, start_response, chance)
    if chance.is_one_of(10):
        fail(chance)
    if not chance.is_one_of(8):
        start_response(*chance.choice(HEADS[:6]))
    return response(environ, chance)


def step(environ: dict[str, Any], start_response: Callable[..., Any], chance: Chance) -> None:
    body = environ["wsgi.input"]
    steps: tuple[Callable[[], Any], ...] = (
        *(lambda: body.read(chance.choice((-1, 0, 3))), body.readline, lambda: list(body)),
        *(lambda: start_response(*chance.choice(HEADS)), lambda: started_again(start_response, chance)),
        *(lambda: start_response(*chance.choice(HEADS))(chance.choice((b"written", b"x" * 20_000, "text"))),),
        *(lambda: environ["wsgi.errors"].write(""), lambda: act(environ["pyhook.request"], chance, 3)),
    )
    try:
        kept.append(chance.choice(steps)())
    except Exception as error:
        error.__traceback__ = None


def started_again(start_response: Callable[..., Any], chance: Chance) -> None:
    write = start_response(*chance.choice(HEADS))
    error = ValueError("by chance")
    start_response(*chance.choice(HEADS), (ValueError, error, None))
    write(b"written")


def response(environ: dict[str, Any], chance: Chance) -> Any:
    kinds: tuple[Callable[[], Any], ...] = (
        *(lambda: [b"hello"], lambda: [b"a", b"b"], lambda: [], lambda: parts(environ, chance), lambda: parts(environ, chance)),
        *(lambda: environ["wsgi.file_wrapper"](open("/etc/hostname", "rb")), lambda: environ["wsgi.file_wrapper"](io.BytesIO(b"file"))),  # noqa: SIM115
        *(lambda: Closing(environ, chance), lambda: "text", lambda: None, lambda: [5], lambda: b"bytes"),
    )
    return chance.choice(kinds)()


def parts(environ: dict[str, Any], chance: Chance) -> Iterator[Any]:
    for _ in range(chance.randrange(4)):
        act(environ["pyhook.request"], chance, 3)
        if chance.is_one_of(15):
            fail(chance)
        yield chance.choice((b"piece", b"", b"x" * 20_000, "text"))


class Closing:
    def __init__(self, environ: dict[str, Any], chance: Chance) -> None:
        self.environ, self.chance = environ, chance

    def __iter__(self) -> Iterable[Any]:
        return parts(self.environ, self.chance)

    def close(self) -> None:
        act(self.environ["pyhook.request"], self.chance, 3)
        if self.chance.is_one_of(4):
            fail(self.chance)


async def asgi(scope: dict[str, Any], receive: Messages, send: Send) -> None:
    if scope["type"] == "lifespan":
        return await lifespan(receive, send)
    req: Request = scope["extensions"]["pyhook.request"]
    chance = chance_of(req, "asgi")
    kept.append(req)
    await aact(req, chance, 4)
    if scope["type"] == "http" and chance.is_one_of(2):
        await send(MESSAGES[0])
    elif scope["type"] == "websocket" and not chance.is_one_of(4):
        await receive()
        await send(CONVERSATION[0])
    messages = MESSAGES if scope["type"] == "http" else CONVERSATION
    for _ in range(chance.randrange(6)):
        await exchange(req, receive, send, chance, messages)
    if chance.is_one_of(10):
        fail(chance)


async def exchange(req: Request, receive: Messages, send: Send, chance: Chance, messages: tuple[dict[str, Any], ...]) -> None:
    which = chance.randrange(8)
    if which == 0:
        await aact(req, chance, 3)
    elif which == 1:
        tasks = [asyncio.ensure_future(receive()), asyncio.ensure_future(send(chance.choice(messages)))]
        kept.extend(tasks)
        if not chance.is_one_of(3):
            await asyncio.wait(tasks, timeout=1)
    elif which < 4:
        await either_way(receive(), chance.choice((0.001, 1)))
    elif chance.is_one_of(8):
        await send(chance.choice(messages))
    else:
        await either_way(send(chance.choice(messages)), 5)


async def lifespan(receive: Messages, send: Send) -> None:
    while (message := await receive())["type"] != "lifespan.shutdown":
        await send({"type": f"{message['type']}.complete"})
    await send({"type": "lifespan.shutdown.complete"})
