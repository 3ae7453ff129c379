"""Gives back what it hears; `close` makes it close."""

from __future__ import annotations


async def app(scope, receive, send):
    if scope["type"] != "websocket":
        raise NotImplementedError("only websocket")
    await receive()
    offered = scope["subprotocols"]
    await send({"type": "websocket.accept", "subprotocol": offered[-1] if offered else None})
    while (message := await receive())["type"] == "websocket.receive":
        if message.get("text") == "close":
            await send({"type": "websocket.close", "code": 4001, "reason": "as you wish"})
            continue
        await send({**message, "type": "websocket.send"})
