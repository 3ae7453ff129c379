"""A gallery: sessions, uploads, work after the response, an event stream, a WebSocket, the state of a lifespan."""

from __future__ import annotations

import asyncio
import gc
import os
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, StreamingResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles

PLACE = os.environ["GALLERY_PLACE"]
PICTURES = os.path.join(PLACE, "pictures")


def make_app() -> Starlette:
    os.makedirs(PICTURES, exist_ok=True)
    return Starlette(
        routes=[
            Route("/", welcome),
            Route("/login", login, methods=["POST"]),
            Route("/upload", upload, methods=["POST"]),
            Route("/made", made),
            Route("/events", events),
            Route("/ended", ended),
            Route("/broken", broken),
            WebSocketRoute("/talk", talk),
            Mount("/pictures", StaticFiles(directory=PICTURES)),
        ],
        middleware=[
            Middleware(SessionMiddleware, secret_key="of a test only"),
            Middleware(GZipMiddleware, minimum_size=1000),
        ],
        lifespan=lifespan,
    )


@asynccontextmanager
async def lifespan(app):
    app.state.made, app.state.ended = [], []
    yield
    with open(os.path.join(PLACE, "closed"), "w") as file:
        file.write(" ".join(app.state.made))


async def welcome(request):
    return PlainTextResponse(f"welcome {request.session.get('name', 'stranger')}\n")


async def login(request):
    form = await request.form()
    request.session["name"] = form["name"]
    return RedirectResponse(request.url_for("welcome"), 303)


async def upload(request):
    """Answer, then make the thumbnail."""
    form = await request.form()
    picture = form["picture"]
    with open(os.path.join(PICTURES, os.path.basename(picture.filename)), "wb") as file:
        while piece := await picture.read(65536):
            file.write(piece)
    size = file.name and os.path.getsize(file.name)
    task = BackgroundTask(make_thumbnail, request.app.state, picture.filename)
    return JSONResponse({"name": picture.filename, "type": picture.content_type, "size": size}, 201, background=task)


async def make_thumbnail(state, name):
    await asyncio.sleep(0.05)
    state.made.append(name)


async def made(request):
    return JSONResponse(request.app.state.made)


async def events(request):
    async def ticks():
        number = int(request.headers.get("last-event-id", -1)) + 1
        try:
            while True:
                yield f"id: {number}\ndata: tick {number}\n\n"
                number += 1
                await asyncio.sleep(0.01)
        finally:
            request.app.state.ended.append("events")

    return StreamingResponse(ticks(), media_type="text/event-stream", headers={"cache-control": "no-store"})


async def ended(request):
    gc.collect()  # newer Starlette leaves the generator of a stream whose client has gone in a ring of references
    return JSONResponse(request.app.state.ended)


async def broken(request):
    raise LookupError("no picture")


async def talk(socket):
    await socket.accept()
    async for message in socket.iter_json():
        await socket.send_json({"said": message, "by": socket.session.get("name", "stranger")})
