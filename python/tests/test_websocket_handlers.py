"""Handlers of `PyHookWebSocket` in unit tests."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from pyhook import HTTPError, WebSocket, WebSocketClosed, current_request
from pyhook.testing import FakeRequest, WebSocketRefused, websocket

ends: list[tuple[int | None, str]] = []


async def shout(ws: WebSocket) -> None:
    assert current_request() is ws.request
    ws.request.headers_out["X-One"] = "1"
    await ws.accept(ws.subprotocols[-1] if ws.subprotocols else None)
    async for message in ws:
        if message == "bye":
            await ws.close(4001, "bye")
        else:
            await ws.send(message.upper() if isinstance(message, str) else message * 2)
    ends.append((ws.close_code, ws.close_reason))


def run(test: Callable[[], Awaitable[None]]) -> None:
    async def running() -> None:
        await test()

    ends.clear()
    asyncio.run(running())


def test_a_conversation() -> None:
    async def test() -> None:
        request = FakeRequest("GET", "/shout", headers={"Sec-WebSocket-Protocol": "chat, talk"})
        async with websocket(shout, request) as socket:
            assert (socket.subprotocol, socket.headers["X-One"]) == ("talk", "1")
            await socket.send("hello")
            await socket.send(b"ab")
            assert [await socket.receive(), await socket.receive()] == ["HELLO", b"abab"]
            await socket.close(4000, "done")
        async with websocket(shout, FakeRequest()) as socket:
            await socket.send("bye")
            with pytest.raises(WebSocketClosed) as closed:
                await socket.receive()
            assert (closed.value.code, closed.value.reason) == (4001, "bye")
        async with websocket(shout, FakeRequest()):
            pass
        assert [code for code, _ in ends] == [4000, 4001, 1001]

    run(test)


async def refuses(ws: WebSocket) -> int:
    return 403


async def raises_first(ws: WebSocket) -> None:
    raise HTTPError(401, "who are you?", headers={"WWW-Authenticate": "Basic"})


def test_a_refusal() -> None:
    async def test() -> None:
        for handler, status in ((refuses, 403), (raises_first, 401)):
            with pytest.raises(WebSocketRefused) as refused:
                async with websocket(handler, FakeRequest()):
                    pass
            assert refused.value.response.status == status
        assert refused.value.response.headers["WWW-Authenticate"] == "Basic"

    run(test)


async def forgets(ws: WebSocket) -> None:
    pass


async def fails(ws: WebSocket) -> None:
    await ws.accept()
    await ws.send("hello")
    raise LookupError("lost my way")


def test_exceptions_reach_the_test() -> None:
    async def test() -> None:
        with pytest.raises(RuntimeError, match="without having accepted"):
            async with websocket(forgets, FakeRequest()):
                pass
        with pytest.raises(TypeError, match="write async def"):
            async with websocket(lambda ws: None, FakeRequest()):
                pass
        with pytest.raises(LookupError, match="lost my way"):
            async with websocket(fails, FakeRequest()) as socket:
                assert await socket.receive() == "hello"
                await socket.receive()
        with pytest.raises(ValueError, match="does not offer"):
            async with websocket(lambda ws: ws.accept("chat"), FakeRequest()):
                pass

    run(test)


async def talks_on(ws: WebSocket) -> None:
    await ws.accept()
    while True:
        await ws.send("tick")
        await asyncio.sleep(0)


def test_a_handler_that_only_talks_ends_with_its_client() -> None:
    async def test() -> None:
        async with websocket(talks_on, FakeRequest()) as socket:
            assert await socket.receive() == "tick"

    run(test)


async def hears_late(ws: WebSocket) -> None:
    await ws.accept()
    for _ in range(3):
        await ws.send("tick")
        await asyncio.sleep(0)
    assert [message async for message in ws] == ["one", "two"]
    ends.append((ws.close_code, ws.close_reason))


def test_a_handler_that_talks_misses_nothing() -> None:
    async def test() -> None:
        async with websocket(hears_late, FakeRequest()) as socket:
            await socket.send("one")
            assert await socket.receive() == "tick"
            await socket.send("two")
            await socket.close(4000)
        assert ends == [(4000, "")]

    run(test)
