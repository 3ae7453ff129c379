"""Handlers that serve WebSockets (PyHookWebSocket), well and badly."""

from __future__ import annotations

import asyncio

from pyhook import HTTPError, Request, WebSocket, WebSocketClosed, socket_tasks

ends: list[str] = []


def ends_heard(req: Request) -> str:
    if req.args == "impatient":
        socket_tasks.PATIENCE = 0.1
    return " ".join(ends)


def page(req: Request) -> str:
    return "a page"


def label(req: Request) -> None:
    req.state.label = "fixed up"


async def echo(ws: WebSocket) -> None:
    await ws.accept(ws.subprotocols[0] if ws.subprotocols else None)
    async for message in ws:
        await ws.send(message)
    ends.append(f"echo:{ws.close_code}:{ws.close_reason}")


async def who(ws: WebSocket) -> None:
    request = ws.request
    text = f"{request.uri} {request.args} {request.state.label} {request.phase} {request.path_below}"
    request.headers_out["X-One"] = "1"
    before = f"{ws.accepted} {ws.closed} {ws.subprotocol}"
    await ws.accept()
    try:
        after = ws.request.uri
    except RuntimeError as error:
        after = str(error)
    await ws.send(f"{text}|{before}|{ws.accepted} {ws.closed}|{after}")


async def checks_origin(ws: WebSocket) -> None:
    if ws.request.headers_in.get("Origin") != "http://localhost":
        raise HTTPError(403, "another site's page")
    await ws.accept()
    await ws.send("welcome")


async def misused(ws: WebSocket) -> None:
    """Each mistake raises, and nothing of it reaches the client."""
    said = []
    tries = [ws.receive, lambda: ws.send("early"), ws.close, lambda: ws.accept("unoffered"), ws.accept, ws.accept]
    tries += [lambda: ws.send(3), lambda: ws.close(1005), lambda: ws.close(70000)]
    for each in tries:
        try:
            await each()
        except Exception as error:
            said.append(f"{type(error).__name__}: {error}")
    await ws.send("\n".join(said))


async def results(ws: WebSocket) -> object:
    return {"none": None, "status": 401, "true": True, "ok": 0, "text": "hello"}[ws.request.args or "none"]


def plain(ws: WebSocket) -> None:
    return None


async def raises(ws: WebSocket) -> None:
    if ws.request.args != "early":
        await ws.accept()
    raise LookupError("lost my way")


async def closes(ws: WebSocket) -> None:
    await ws.accept()
    await ws.close(4001, "bye")
    await ws.close(4002, "again")
    try:
        await ws.send("too late")
    except WebSocketClosed as closed:
        ends.append(f"closes:{closed.code}")


async def after_end(ws: WebSocket) -> None:
    await ws.accept()
    try:
        while True:
            await ws.receive()
    except WebSocketClosed as closed:
        ends.append(f"after:{closed.code}:{closed.reason}")
    await ws.send("nobody hears it")


async def deaf(ws: WebSocket) -> None:
    """Waits for something else than its client."""
    await ws.accept()
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        ends.append("deaf")
        raise


async def waits(ws: WebSocket) -> None:
    """Has not accepted when its client goes."""
    ends.append("waits")
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        ends.append("gone")
        raise


class Counter:
    """An object with a coroutine method, made once per interpreter."""

    def __init__(self) -> None:
        self.count = 0

    async def __call__(self, ws: WebSocket) -> None:
        self.count += 1
        await ws.accept()
        await ws.send(bytearray(str(self.count).encode()))
