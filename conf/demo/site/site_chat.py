"""A chat over WebSockets: each message goes to everybody who is connected to the same child of httpd."""

from __future__ import annotations

from pyhook import HTTPError, WebSocket, WebSocketClosed

members: set[WebSocket] = set()


async def chat(ws: WebSocket) -> None:
    """Admit pages of this site only: a browser sends its cookies with a WebSocket of any site."""
    request = ws.request
    here = f"{'https' if request.is_https else 'http'}://{request.headers_in.get('Host')}"
    if request.headers_in.get("Origin") != here:
        raise HTTPError(403, "a WebSocket of another site's page")
    await ws.accept()
    members.add(ws)
    try:
        async for message in ws:
            await say_to_all(message)
    finally:
        members.discard(ws)


async def say_to_all(message: str | bytes) -> None:
    for member in list(members):
        try:
            await member.send(message)
        except WebSocketClosed:  # its own handler takes it off the list
            pass
