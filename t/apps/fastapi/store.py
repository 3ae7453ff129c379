"""A store with an OpenAPI page: checked input, dependencies, uploads, work after the response, events, a WebSocket."""

from __future__ import annotations

import asyncio
import hashlib

from fastapi import BackgroundTasks, Depends, FastAPI, File, Header, HTTPException, UploadFile, WebSocket, WebSocketDisconnect
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

app = FastAPI(title="The store", docs_url=None, redoc_url=None)
items: dict[int, "Item"] = {}
mails: list[str] = []


class Item(BaseModel):
    name: str = Field(min_length=1)
    price: float = Field(gt=0)


async def customer(authorization: str = Header()) -> str:
    if not authorization.startswith("Bearer "):
        raise HTTPException(401, "who are you?", {"WWW-Authenticate": "Bearer"})
    return authorization.removeprefix("Bearer ")


@app.get("/docs", include_in_schema=False)
async def docs():
    return get_swagger_ui_html(
        openapi_url=app.openapi_url,
        title=app.title,
        swagger_js_url="/swagger/swagger-ui-bundle.js",
        swagger_css_url="/swagger/swagger-ui.css",
        swagger_favicon_url="/swagger/favicon-32x32.png",
    )


@app.put("/items/{number}", status_code=201)
async def put(number: int, item: Item, tasks: BackgroundTasks) -> Item:
    items[number] = item
    tasks.add_task(mail, f"{number} {item.name}")
    return item


async def mail(text: str) -> None:
    await asyncio.sleep(0.05)
    mails.append(text)


@app.get("/mails")
async def sent() -> list[str]:
    return mails


@app.get("/items/{number}")
def get(number: int) -> Item:
    """A plain function, which runs in a thread."""
    if number not in items:
        raise HTTPException(404, "no such item")
    return items[number]


@app.get("/me")
async def me(name: str = Depends(customer)) -> dict[str, str]:
    return {"name": name}


@app.post("/files")
async def files(files: list[UploadFile] = File()) -> list[dict[str, object]]:
    return [{"name": file.filename, "sha1": hashlib.sha1(await file.read()).hexdigest()} for file in files]


@app.get("/events")
async def events(count: int = 3) -> StreamingResponse:
    async def ticks():
        for number in range(count):
            yield f"data: {number}\n\n"
            await asyncio.sleep(0.01)

    return StreamingResponse(ticks(), media_type="text/event-stream")


@app.websocket("/talk/{room}")
async def talk(socket: WebSocket, room: str) -> None:
    await socket.accept()
    try:
        while True:
            await socket.send_text(f"{room}: {await socket.receive_text()}")
    except WebSocketDisconnect as end:
        mails.append(f"closed {end.code}")
