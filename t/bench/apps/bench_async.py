"""The same answers by coroutines: a handler and ASGI applications."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping
    from typing import Any

    from pyhook import Request

    Message = MutableMapping[str, Any]

PLAIN = [(b"content-type", b"text/plain"), (b"content-length", b"12")]


async def hello(req: Request) -> bytes:
    req.content_type = "text/plain"
    return b"Hello World!"


async def application(
    scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    if scope["type"] != "http":
        raise NotImplementedError(scope["type"])
    await send({"type": "http.response.start", "status": 200, "headers": PLAIN})
    await send({"type": "http.response.body", "body": b"Hello World!"})
