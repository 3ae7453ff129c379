"""ASGI applications for the tests: one that does what the path says, one without lifespan, one whose startup fails."""

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from pyhook import Request

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

heard: list[str] = []


async def app(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        return await live(scope, receive, send)
    await globals()[scope["path"].rsplit("/", 1)[1]](scope, receive, send)


async def live(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    await receive()
    scope["state"]["database"] = "open"
    await send({"type": "lifespan.startup.complete"})
    await receive()
    print("the application has shut down")
    await send({"type": "lifespan.shutdown.complete"})


async def simple(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """An application without lifespan, which says so by an exception."""
    assert scope["type"] == "http", "only http"
    await answer(send, f"{scope['root_path']} {scope['path']} {scope['state']}")


async def fails_to_start(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no database"})


def plain(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """A WSGI application by mistake."""
    start_response("200 OK", [])
    return [b"wsgi"]


async def answer(send: Send, text: str, *headers: tuple[bytes, bytes], status: int = 200) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/plain"), *headers]})
    await send({"type": "http.response.body", "body": text.encode()})


async def scope(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    shown = {key: value for key, value in scope.items() if key not in ("extensions", "headers", "client", "server")}
    await answer(send, "\n".join(f"{key}={value!r}" for key, value in sorted(shown.items())))


async def too_early(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """A piece of the body is sent without `send`, before there is a head."""
    try:
        await scope["extensions"]["pyhook.request"].awrite(b"too early")
        said = "nothing"
    except RuntimeError as error:
        said = str(error)
    await answer(send, said)


async def answers_while_it_reads(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    reading = asyncio.create_task(receive())
    await asyncio.sleep(0)
    await send({"type": "http.response.body", "body": b"the whole answer"})
    await reading


async def talks_while_it_reads(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """The task that reads first is cancelled, and no data is lost."""
    reading = asyncio.create_task(receive())
    await asyncio.sleep(0)
    reading.cancel()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    counting = asyncio.create_task(length_of(receive))
    await asyncio.sleep(0)
    for piece in (b"one ", b"two "):
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": str(await counting).encode()})


async def length_of(receive: Receive) -> int:
    length, more = 0, True
    while more:
        message = await receive()
        length, more = length + len(message["body"]), message["more_body"]
    return length


async def headers(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    await answer(send, "\n".join(f"{name!r} {value!r}" for name, value in scope["headers"]))


async def live_request(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    request = scope["extensions"]["pyhook.request"]
    request.err_headers_out["X-Direct"] = request.uri
    await answer(send, "seen")


async def asks_of_access(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Calls, in the loop's thread, a plain callable that wants an answer of the same loop."""
    request = scope["extensions"]["pyhook.request"]
    request.state.answers = []
    request.some_auth_required
    await answer(send, str(request.state.answers))


def run_application(req: Request) -> None:
    if hasattr(req.state, "answers"):
        req.state.answers.append(req.lookup_uri("/asgi/live_request").run())


async def echo(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    body, messages = b"", 0
    while True:
        message = await receive()
        body += message["body"]
        messages += 1
        if not message["more_body"]:
            break
    await send({"type": "http.response.start", "status": 200, "headers": [(b"x-messages", str(messages).encode())]})
    await send({"type": "http.response.body", "body": body})


async def stream(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for number in range(3):
        await send({"type": "http.response.body", "body": f"piece {number}\n".encode(), "more_body": True})
        await asyncio.sleep(0)
    await send({"type": "http.response.body"})


async def tasks(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """receive() can be a task; the response may come from another one."""
    message = await asyncio.create_task(receive())  # type: ignore[arg-type]
    await asyncio.gather(answer(send, message["type"]))


async def file(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/x-python")]})
    try:
        await send({"type": "http.response.pathsend", "path": scope["query_string"].decode() or __file__})
    except OSError as error:
        await send({"type": "http.response.body", "body": type(error).__name__.encode()})


async def tls(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    found = scope["extensions"].get("tls", {})
    shown = {key: value[:27] if isinstance(value, str) else value for key, value in found.items()}
    shown["client_cert_chain"] = [certificate[:27] for certificate in found.get("client_cert_chain", [])]
    await answer(send, "\n".join(f"{key}={value}" for key, value in sorted(shown.items())))


async def refused(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    await answer(send, "refused", (b"x-why", b"because"), (b"set-cookie", b"a=1"), (b"set-cookie", b"b=2"), status=404)


async def hop_by_hop(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    await answer(send, "answer", (b"transfer-encoding", b"chunked"), (b"connection", b"keep-alive"))


async def too_long(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    await answer(send, "more than five", (b"content-length", b"5"))


async def too_short(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    await answer(send, "less", (b"content-length", b"50"))


async def background(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    await answer(send, "answered")
    heard.append((await receive())["type"])
    await asyncio.sleep(0.01)
    heard.append("background")


async def computes(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """After its response, without a pause, until the client has had it and makes the file that the query names."""
    await answer(send, "answered")
    gate = Path(scope["query_string"].decode())
    end = time.monotonic() + 20
    while not gate.exists() and time.monotonic() < end:
        time.sleep(0.01)
    heard.append("in time" if gate.exists() else "too late")


async def what_was_heard(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    gc.collect()  # an exception and its frames may refer to each other
    await answer(send, " ".join(heard))


async def waits(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    await receive()
    heard.append("gone:" + (await receive())["type"])
    try:
        await send({"type": "http.response.start", "status": 200})
    except OSError as error:
        heard.append(type(error).__name__)


async def only_sends(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Never asks whether its client is there."""
    try:
        await send({"type": "http.response.start", "status": 200})
        while True:
            await send({"type": "http.response.body", "body": b"more", "more_body": True})
            await asyncio.sleep(0.02)
    except OSError as error:
        heard.append(f"only sent: {type(error).__name__}")
        raise


class ClientDisconnect(Exception):
    """Starlette's, which comes of an OSError of `send`."""


async def own_name(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Streams from a generator, which ends when nobody refers to it."""
    try:
        await stream_body(more(), send)
    except OSError:
        raise ClientDisconnect()


async def stream_body(body: AsyncIterator[bytes], send: Send) -> None:
    await send({"type": "http.response.start", "status": 200})
    async for piece in body:
        await send({"type": "http.response.body", "body": piece, "more_body": True})


async def more() -> AsyncIterator[bytes]:
    try:
        while True:
            yield b"more"
            await asyncio.sleep(0.02)
    finally:
        heard.append("generator ended")


async def events(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Ends when the client goes, or the server."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
    over = asyncio.create_task(until_disconnected(receive))
    try:
        while not over.done():
            await send({"type": "http.response.body", "body": b"data: now\n\n", "more_body": True})
            await asyncio.wait({over}, timeout=0.05)
    finally:
        over.cancel()
        heard.append("stream ended")


async def until_disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def raises(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    raise LookupError("nothing found")


async def breaks(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200})
    await send({"type": "http.response.body", "body": b"begun", "more_body": True})
    raise LookupError("in the middle")


async def raises_late(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    await answer(send, "answered")
    raise LookupError("too late")


async def nothing(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    pass


async def no_end(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200})


async def twice(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200})
    await send({"type": "http.response.start", "status": 200})


async def body_first(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    await send({"type": "http.response.body", "body": b"early"})


async def unknown(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    await send({"type": "http.response.fanfare"})


async def text_body(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200})
    await send({"type": "http.response.body", "body": "text"})


async def gaps(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200})
    await send({"type": "http.response.body", "body": memoryview(b"a-b-c-")[::2]})


async def mends(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """What is refused as the end of a response leaves that as it was."""
    await send({"type": "http.response.start", "status": 201, "headers": [(b"x-kept", b"yes")]})
    try:
        await send({"type": "http.response.body", "body": memoryview(b"a-b-c-")[::2]})
    except (BufferError, TypeError):
        await send({"type": "http.response.body", "body": b"mended"})


async def bad_status(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 99})


async def text_header(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [("x", "y")]})


async def split_header(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"x", b"y\r\nInjected: 1")]})


async def after_end(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    await answer(send, "answered")
    await send({"type": "http.response.body", "body": b"more"})
