"""Starlette and Django break no rule of ASGI; what they are advised against is listed. One that is not installed is skipped."""

from __future__ import annotations

import asyncio
import re
import tempfile
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from pyhook.testing import ASGIClient, ASGIWarning, FakeRequest, WebSocketRefused


def served(application: Any, test: Callable[[ASGIClient], Awaitable[None]]) -> set[str]:
    """Run the test in the application's lifespan; return what the application is advised against, without values."""

    async def run() -> None:
        async with ASGIClient(application) as client:
            await test(client)

    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always", ASGIWarning)
        asyncio.run(run())
    advice = [str(warning.message) for warning in seen if issubclass(warning.category, ASGIWarning)]
    return {re.sub(r"b'.*?'", "…", text.split(";")[0]) for text in advice}


def starlette(done: list[str]) -> Any:
    pytest.importorskip("starlette", reason="python3-starlette is not installed")
    from starlette.applications import Starlette
    from starlette.background import BackgroundTask
    from starlette.middleware import Middleware
    from starlette.middleware.gzip import GZipMiddleware
    from starlette.requests import Request
    from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
    from starlette.routing import Route, WebSocketRoute
    from starlette.websockets import WebSocket

    async def size(request: Request) -> Response:
        return JSONResponse({"size": len(await request.body())}, 201, background=BackgroundTask(done.append, "background"))

    async def events(request: Request) -> Response:
        async def ticks() -> AsyncIterator[str]:
            number = 0
            while True:
                yield f"data: {number}\n\n"
                number += 1
                await asyncio.sleep(0.001)

        return StreamingResponse(ticks(), media_type="text/event-stream")

    async def file(request: Request) -> Response:
        return FileResponse(__file__)

    async def empty(request: Request) -> Response:
        return Response(status_code=204)

    async def broken(request: Request) -> Response:
        raise LookupError("nothing found")

    async def shout(socket: WebSocket) -> None:
        await socket.accept(subprotocol="chat")
        async for text in socket.iter_text():
            await socket.send_text(text.upper())

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        done.append("started")
        yield
        done.append("stopped")

    return Starlette(
        routes=[
            Route("/size", size, methods=["POST"]),
            Route("/events", events),
            Route("/file", file),
            Route("/empty", empty),
            Route("/broken", broken),
            WebSocketRoute("/shout", shout),
        ],
        middleware=[Middleware(GZipMiddleware)],
        lifespan=lifespan,
    )


def test_starlette() -> None:
    async def test(client: ASGIClient) -> None:
        response = await client.call(FakeRequest("POST", "/size", body=b"x" * 100_000))
        assert (response.status, response.text) == (201, '{"size":100000}')
        assert done == ["started", "background"]
        async with client.stream(FakeRequest("GET", "/events")) as stream:
            assert [await anext(stream) for _ in range(2)] == [b"data: 0\n\n", b"data: 1\n\n"]
        for method, path, status in (
            ("GET", "/file", 200),
            ("HEAD", "/file", 200),
            ("GET", "/empty", 204),
            ("GET", "/none", 404),
            ("GET", "/size", 405),
        ):
            request = FakeRequest(method, path, headers={"Accept-Encoding": "gzip"})
            assert (await client.call(request)).status == status, path
        with pytest.raises(LookupError, match="nothing found"):
            await client.call(FakeRequest("GET", "/broken"))
        async with client.websocket(FakeRequest("GET", "/shout", headers={"Sec-WebSocket-Protocol": "chat"})) as socket:
            await socket.send("hello")
            assert await socket.receive() == "HELLO"
        with pytest.raises(WebSocketRefused, match="403"):
            async with client.websocket(FakeRequest("GET", "/none")):
                pass

    done: list[str] = []
    advised = served(starlette(done), test)
    assert advised == {"the application sent 'websocket.close' before it received 'websocket.connect'"}
    assert done[-1] == "stopped"


def django() -> Any:
    pytest.importorskip("django", reason="python3-django is not installed")
    import django
    from django.conf import settings
    from django.core.asgi import get_asgi_application
    from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
    from django.urls import path

    async def size(request: HttpRequest) -> HttpResponse:
        return JsonResponse({"size": len(request.body), "name": request.GET.get("name")}, status=201)

    def plain(request: HttpRequest) -> HttpResponse:
        response = HttpResponse("hello", content_type="text/plain")
        response.set_cookie("a", "1")
        response.set_cookie("b", "2")
        return response

    def pieces(request: HttpRequest) -> StreamingHttpResponse:
        return StreamingHttpResponse(iter([b"a", b"b"]))

    def file(request: HttpRequest) -> FileResponse:
        return FileResponse(open(__file__, "rb"))

    def broken(request: HttpRequest) -> HttpResponse:
        raise LookupError("nothing found")

    class Urls:
        urlpatterns = [path(view.__name__, view) for view in (size, plain, pieces, file, broken)]

    if not settings.configured:
        settings.configure(
            ALLOWED_HOSTS=["*"],
            LOGGING_CONFIG=None,
            MIDDLEWARE=["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"],
            ROOT_URLCONF=Urls,
            SECRET_KEY="of a test only",
        )
        django.setup()
    return get_asgi_application()


def opened_by(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The temporary files of request bodies that are made from now on. Django leaves them to the garbage collector, which
    warns about one that is not closed, in whichever test it happens to run.
    """
    files: list[Any] = []

    class Kept(tempfile.SpooledTemporaryFile[bytes]):
        def __init__(self, *arguments: Any, **named: Any) -> None:
            super().__init__(*arguments, **named)
            files.append(self)

    monkeypatch.setattr(tempfile, "SpooledTemporaryFile", Kept)
    return files


@pytest.mark.filterwarnings(
    "ignore::DeprecationWarning",
    "ignore:StreamingHttpResponse must consume",  # of Django from 4.2 on; that of Debian 12 takes no other iterators
)
def test_django(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(client: ASGIClient) -> None:
        response = await client.call(FakeRequest("POST", "/size?name=%C3%A9", body=b"x" * 100_000))
        assert (response.status, response.text) == (201, '{"size": 100000, "name": "\\u00e9"}')
        response = await client.call(FakeRequest("GET", "/plain"))
        assert (response.text, response.headers.get_all("set-cookie")) == ("hello", ["a=1; Path=/", "b=2; Path=/"])
        assert (await client.call(FakeRequest("GET", "/pieces"))).body == b"ab"
        for method, path, status in (
            ("GET", "/file", 200),
            ("HEAD", "/file", 200),
            ("GET", "/none", 404),
            ("GET", "/broken", 500),
        ):
            assert (await client.call(FakeRequest(method, path))).status == status, path

    application, files = django(), opened_by(monkeypatch)
    advised = served(application, test)
    for file in files:
        file.close()
    assert advised == {"the application sent 'http.response.start' with the header name …"}
