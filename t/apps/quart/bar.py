"""A bar: sessions, JSON, uploads, streams, work after the response, a WebSocket for every guest."""

from __future__ import annotations

import asyncio

from quart import Quart, jsonify, make_response, redirect, request, session, stream_with_context, url_for, websocket

app = Quart(__name__)
app.secret_key = "of a test only"
done: list[str] = []
guests: set[asyncio.Queue[str]] = set()


@app.before_serving
async def open_bar():
    done.append("opened")


@app.get("/")
async def welcome():
    return f"welcome {session.get('name', 'stranger')}\n"


@app.post("/login")
async def login():
    session["name"] = (await request.form)["name"]
    return redirect(url_for("welcome"))


@app.post("/order")
async def order():
    data = await request.get_json()
    app.add_background_task(pour, data["drink"])
    return jsonify(drink=data["drink"], ip=request.remote_addr), 201


async def pour(drink):
    await asyncio.sleep(0.05)
    done.append(drink)


@app.get("/done")
async def what_is_done():
    return jsonify(done)


@app.post("/upload")
async def upload():
    file = (await request.files)["file"]
    return jsonify(name=file.filename, type=file.mimetype, size=len(file.read())), 201


@app.post("/count")
async def count():
    size = 0
    async for piece in request.body:
        size += len(piece)
    return str(size)


@app.get("/events")
async def events():
    @stream_with_context
    async def ticks():
        for number in range(3):
            yield f"data: {request.args['who']} {number}\n\n".encode()
            await asyncio.sleep(0.01)

    response = await make_response(ticks(), {"Content-Type": "text/event-stream"})
    response.timeout = None
    return response


@app.get("/broken")
async def broken():
    raise LookupError("nothing to drink")


@app.websocket("/talk")
async def talk():
    mine: asyncio.Queue[str] = asyncio.Queue()
    guests.add(mine)

    async def tell():
        while True:
            await websocket.send(await mine.get())

    telling = asyncio.create_task(tell())
    try:
        while True:
            text = await websocket.receive()
            for guest in guests:
                guest.put_nowait(text)
    finally:
        telling.cancel()
        guests.discard(mine)
        done.append("left")
