"""ASGI applications in unit tests: requests, streams, WebSockets and the lifespan, with no server."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

import pyhook
from pyhook import HTTPError, WebSocketClosed
from pyhook.testing import ASGIClient, ASGIViolation, FakeRequest, WebSocketRefused

heard: list[str] = []


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        await receive()
        scope["state"]["database"] = "open"
        await send({"type": "lifespan.startup.complete"})
        await receive()
        heard.append("stopped")
        await send({"type": "lifespan.shutdown.complete"})
        return
    await globals()[scope["path"].rsplit("/", 1)[1]](scope, receive, send)


async def answer(send: Any, body: bytes, status: int = 200, *headers: tuple[bytes, bytes]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/plain"), *headers]})
    await send({"type": "http.response.body", "body": body})


async def scope(scope: Any, receive: Any, send: Any) -> None:
    shown = {key: value for key, value in scope.items() if key != "extensions"}
    await answer(send, repr(shown).encode())


async def echo(scope: Any, receive: Any, send: Any) -> None:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message["body"], message["more_body"]
    await answer(send, body, 201, (b"x-size", str(len(body)).encode()), (b"connection", b"close"))
    assert (await receive())["type"] == "http.disconnect"


async def refuses(scope: Any, receive: Any, send: Any) -> None:
    raise HTTPError(403, "no", headers={"X-Why": "law"})


async def raises(scope: Any, receive: Any, send: Any) -> None:
    raise LookupError("nothing found")


async def unfinished(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200})


async def live(scope: Any, receive: Any, send: Any) -> None:
    request: pyhook.Request = scope["extensions"]["pyhook.request"]
    assert pyhook.current_request() is request
    request.err_headers_out["X-Direct"] = request.uri
    await answer(send, b"")


async def file(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200})
    await send({"type": "http.response.pathsend", "path": __file__})


async def events(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
    gone = asyncio.create_task(receive_until(receive, "http.disconnect"))
    number = 0
    while not gone.done():
        await send({"type": "http.response.body", "body": f"data: {number}\n\n".encode(), "more_body": True})
        await asyncio.wait({gone}, timeout=0.01)
        number += 1
    heard.append("events ended")


async def receive_until(receive: Callable[[], Awaitable[Any]], kind: str) -> None:
    while (await receive())["type"] != kind:
        pass


async def pours(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200})
    while True:
        await send({"type": "http.response.body", "body": bytes(10_000), "more_body": True})


async def talks_on(scope: Any, receive: Any, send: Any) -> None:
    """Raises an exception of its own when the client has gone, as Starlette does."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        piece: Any = {"type": "websocket.send", "text": "on"}
    else:
        await send({"type": "http.response.start", "status": 200})
        piece = {"type": "http.response.body", "body": b"on", "more_body": True}
    try:
        while True:
            await send(piece)
            await asyncio.sleep(0.001)
    except OSError:
        heard.append("gone")
        raise LookupError("nobody listens")


async def breaks(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200})
    await send({"type": "http.response.body", "body": b"begun", "more_body": True})
    raise LookupError("in the middle")


async def shouts(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    chosen = scope["subprotocols"][0] if scope["subprotocols"] else None
    await send({"type": "websocket.accept", "subprotocol": chosen, "headers": [(b"x-one", b"1")]})
    while (message := await receive())["type"] == "websocket.receive":
        if message.get("text") == "bye":
            await send({"type": "websocket.close", "code": 4001, "reason": "bye"})
        elif message.get("text") is not None:
            await send({"type": "websocket.send", "text": message["text"].upper()})
        else:
            await send({"type": "websocket.send", "bytes": message["bytes"] * 2})
    heard.append(f"{message['code']} {message['reason']}")


async def denies(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.close"})


async def page(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.http.response.start", "status": 401, "headers": [(b"x-why", b"stranger")]})
    await send({"type": "websocket.http.response.body", "body": b"who are you?"})


async def greets(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": "hello"})


async def fails(scope: Any, receive: Any, send: Any) -> None:
    await greets(scope, receive, send)
    raise LookupError("lost my way")


async def eager(scope: Any, receive: Any, send: Any) -> None:
    """A task receives all the time, as in Quart: it waits for messages before the WebSocket is accepted."""
    await receive()
    hearing = asyncio.create_task(receive())
    await asyncio.sleep(0)
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": (await hearing)["text"]})


def served(test: Callable[[ASGIClient], Awaitable[None]], application: Any = app) -> None:
    """Run a test in the application's lifespan."""

    async def run() -> None:
        async with ASGIClient(application) as client:
            await test(client)

    heard.clear()
    asyncio.run(run())


def test_a_request_has_a_scope_and_gets_a_response() -> None:
    async def test(client: ASGIClient) -> None:
        request = FakeRequest("GET", "/shop/%C3%A9/scope?a=%20", place="/shop", headers={"X-One": "é"}, is_https=True)
        scope = eval((await client.call(request)).text)
        assert scope["path"] == "/shop/é/scope"
        assert scope["raw_path"] == b"/shop/%C3%A9/scope"
        assert scope["query_string"] == b"a=%20"
        assert scope["root_path"] == "/shop"
        assert scope["scheme"] == "https"
        assert scope["headers"] == [(b"x-one", "é".encode())]
        assert scope["state"] == {"database": "open"} == client.state
        response = await client.call(FakeRequest("POST", "/echo", body=b"x" * 100_000))
        assert (response.status, len(response.body)) == (201, 100_000)
        assert dict(response.headers) == {"x-size": "100000", "Content-Type": "text/plain"}
        assert (await client.call(FakeRequest("GET", "/echo"))).body == b""

    served(test)
    assert heard == ["stopped"]


def test_credentials_that_httpd_has_checked_are_left_out() -> None:
    async def test(client: ASGIClient) -> None:
        for user, wanted in ((None, True), ("ada", False)):
            request = FakeRequest("GET", "/scope", headers={"Authorization": "Basic eA=="}, user=user)
            assert ("authorization" in (await client.call(request)).text) == wanted

    served(test)


def test_extensions_are_those_of_mod_pyhook() -> None:
    async def test(client: ASGIClient) -> None:
        assert (await client.call(FakeRequest("GET", "/live"))).headers["X-Direct"] == "/live"
        with open(__file__, "rb") as this:
            assert (await client.call(FakeRequest("GET", "/file"))).body == this.read()

    served(test)


def test_exceptions_reach_the_test() -> None:
    async def test(client: ASGIClient) -> None:
        with pytest.raises(LookupError, match="nothing found"):
            await client.call(FakeRequest("GET", "/raises"))
        with pytest.raises(ASGIViolation, match="returned without having sent the last piece"):
            await client.call(FakeRequest("GET", "/unfinished"))
        response = await client.call(FakeRequest("GET", "/refuses"))
        assert (response.status, response.headers["X-Why"]) == (403, "law")

    served(test)


def test_requests_at_the_same_time_have_their_own_current_request() -> None:
    async def test(client: ASGIClient) -> None:
        paths = [f"/{number}/live" for number in range(5)]
        responses = await asyncio.gather(*(client.call(FakeRequest("GET", path)) for path in paths))
        assert [response.headers["X-Direct"] for response in responses] == paths

    served(test)


def test_an_endless_response_is_read_in_pieces_until_the_client_goes() -> None:
    async def test(client: ASGIClient) -> None:
        async with client.stream(FakeRequest("GET", "/events")) as response:
            assert (response.status, response.headers["Content-Type"]) == (200, "text/event-stream")
            assert [await anext(response) for _ in range(3)] == [b"data: 0\n\n", b"data: 1\n\n", b"data: 2\n\n"]
        assert heard == ["events ended"]

    served(test)


def test_a_reader_that_does_not_read_is_waited_for() -> None:
    async def test(client: ASGIClient) -> None:
        request = FakeRequest("GET", "/pours")
        async with client.stream(request):
            for _ in range(100):
                await asyncio.sleep(0)
            assert len(request.response_body) == 70_000

    served(test)


@pytest.mark.filterwarnings("ignore::pyhook.testing.ASGIWarning")
def test_an_exception_that_came_of_the_end_of_the_client_is_no_failure() -> None:
    async def test(client: ASGIClient) -> None:
        async with client.stream(FakeRequest("GET", "/talks_on")) as response:
            assert await anext(response) == b"on"
        async with client.websocket(FakeRequest("GET", "/talks_on")) as socket:
            assert await socket.receive() == "on"
        assert heard == ["gone", "gone"]

    served(test)


def test_a_response_that_ends_or_breaks_off() -> None:
    async def test(client: ASGIClient) -> None:
        async with client.stream(FakeRequest("POST", "/echo", body=b"abc")) as response:
            assert [piece async for piece in response] == [b"abc"]
            assert response.status == 201
        async with client.stream(FakeRequest("GET", "/breaks")) as response:
            assert await anext(response) == b"begun"
            for _ in range(2):
                with pytest.raises(LookupError, match="in the middle"):
                    await anext(response)
        with pytest.raises(LookupError, match="nothing found"):
            async with client.stream(FakeRequest("GET", "/raises")):
                pass

    served(test)


def test_a_websocket_is_a_conversation() -> None:
    async def test(client: ASGIClient) -> None:
        request = FakeRequest("GET", "/shouts", headers={"Sec-WebSocket-Protocol": "chat, other"})
        async with client.websocket(request) as socket:
            assert (socket.subprotocol, socket.headers["x-one"]) == ("chat", "1")
            await socket.send("hello")
            await socket.send(b"ab")
            assert [await socket.receive(), await socket.receive()] == ["HELLO", b"abab"]
            await socket.close(4000, "done")
            with pytest.raises(WebSocketClosed, match="4000 done"):
                await socket.send("too late")
        assert heard == ["4000 done"]
        async with client.websocket(FakeRequest("GET", "/shouts")):
            pass
        assert heard[1:] == ["1001 "]

    served(test)


def test_an_application_may_wait_for_messages_before_it_accepts() -> None:
    async def test(client: ASGIClient) -> None:
        async with client.websocket(FakeRequest("GET", "/eager")) as socket:
            await socket.send("hello")
            assert await asyncio.wait_for(socket.receive(), 5) == "hello"

    served(test)


def test_the_application_closes() -> None:
    async def test(client: ASGIClient) -> None:
        async with client.websocket(FakeRequest("GET", "/shouts")) as socket:
            await socket.send("bye")
            with pytest.raises(WebSocketClosed) as closed:
                await socket.receive()
            assert (closed.value.code, closed.value.reason) == (4001, "bye")
        async with client.websocket(FakeRequest("GET", "/greets")) as socket:
            assert [message async for message in socket] == ["hello"]

    served(test)


def test_a_websocket_is_refused() -> None:
    async def test(client: ASGIClient) -> None:
        for path, status, body in (("/denies", 403, b""), ("/page", 401, b"who are you?")):
            with pytest.raises(WebSocketRefused, match=str(status)) as refused:
                async with client.websocket(FakeRequest("GET", path)):
                    pass
            assert (refused.value.response.status, refused.value.response.body) == (status, body)

    served(test)


def test_exceptions_of_a_websocket_reach_the_test() -> None:
    async def test(client: ASGIClient) -> None:
        with pytest.raises(LookupError, match="lost my way"):
            async with client.websocket(FakeRequest("GET", "/fails")) as socket:
                assert await socket.receive() == "hello"
                await socket.receive()
        with pytest.raises(LookupError, match="nothing found"):
            async with client.websocket(FakeRequest("GET", "/raises")):
                pass

    served(test)


def test_lifespans_that_fail() -> None:
    async def no_database(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no database"})

    async def none(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise NotImplementedError("only http")
        await answer(send, b"served")

    async def wrong(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "lifespan.startup.complete"})

    async def served_anyway(client: ASGIClient) -> None:
        assert client.state == {}
        assert (await client.call(FakeRequest())).body == b"served"

    async def never(client: ASGIClient) -> None:
        raise AssertionError("it has started")

    served(served_anyway, none)
    with pytest.raises(RuntimeError, match="could not start: no database"):
        served(never, no_database)
    with pytest.raises(ASGIViolation, match="before it received 'lifespan.startup'"):
        served(never, wrong)
    with pytest.raises(ASGIViolation, match="a single async callable"):
        served(never, lambda environ, start_response: [])
    with pytest.raises(RuntimeError, match="used in its block"):
        asyncio.run(ASGIClient(app).call(FakeRequest()))


def test_an_application_that_ignores_the_end_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    async def deaf(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200})
            await send({"type": "http.response.body", "body": b"x", "more_body": True})
            await asyncio.sleep(60)
        raise NotImplementedError

    async def test(client: ASGIClient) -> None:
        with pytest.raises(TimeoutError, match="after its client has gone"):
            async with client.stream(FakeRequest()):
                pass

    monkeypatch.setattr("pyhook.testing.streaming.PATIENCE", 0.05)
    served(test, deaf)
