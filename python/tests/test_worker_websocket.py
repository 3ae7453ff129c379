"""WebSockets of ASGI applications in a worker process: what goes over the connection in both directions."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable
from typing import Any

import pytest

from pyhook.worker import frames
from pyhook.worker.scope import Asked
from test_worker_asgi import Served, frame_of
from test_worker_process import nothing_stays as nothing_stays  # pytest finds it here
from test_worker_process import wait_until

CLOSED_1000 = frames.pack(frames.CLOSED, b"\xe8\x03done")


def accepting(application: Callable[..., Any], **accept: Any) -> Callable[..., Any]:
    """Return an application that accepts every WebSocket, and goes on with this one."""

    async def accepts(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "websocket"
        assert await receive() == {"type": "websocket.connect"}
        await send({"type": "websocket.accept", **accept})
        await application(receive, send)

    return accepts


def heard(data: bytes, marks: int = 0) -> bytes:
    return frames.pack(frames.HEARD, bytes([marks]) + data)


async def echo(receive: Any, send: Any) -> None:
    while (message := await receive())["type"] == "websocket.receive":
        await send({**message, "type": "websocket.send"})


def test_messages_go_both_ways_and_the_connection_ends_with_the_socket() -> None:
    served = Served(accepting(echo, subprotocol="chat", headers=[(b"x-one", b"1"), (b"upgrade", b"h2c")]), b"w", subprotocol=b"chat")
    assert served.httpd.frame() == ("ACCEPT", b"chat\0x-one\x001\0")
    served.httpd.socket.sendall(heard("é".encode(), frames.TEXT) + heard(b"\xff") + heard(b"one ", frames.CONTINUED) + heard(b"two"))
    assert [served.httpd.frame() for _ in range(3)] == [("SAY", b"\x01\xc3\xa9"), ("SAY", b"\0\xff"), ("SAY", b"\0one two")]
    served.httpd.socket.sendall(CLOSED_1000)
    assert served.frames() == [("END", b"")]
    assert served.httpd.frame() == ("GONE", b"")
    served.close()


def test_an_acceptance_that_is_too_long_raises() -> None:
    raised: list[str] = []
    name = "chat" * 500

    async def application(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"x-long", b"x" * (frames.MOST - 1500))]
        try:
            await send({"type": "websocket.accept", "subprotocol": name, "headers": headers})
        except ValueError as error:
            raised.append(str(error))
        await send({"type": "websocket.accept", "headers": headers})

    served = Served(application, b"w", subprotocol=name.encode())
    kind, payload = served.httpd.frame()
    assert (kind, len(payload)) == ("ACCEPT", frames.MOST - 1500 + len(b"\0x-long\0\0"))
    assert len(raised) == 1 and raised[0].endswith("bytes, which a process can't send")
    served.close()


def test_long_messages_come_in_pieces_and_too_long_ones_raise() -> None:
    raised: list[str] = []

    async def says(receive: Any, send: Any) -> None:
        await send({"type": "websocket.send", "text": "x" * (2 * frames.PIECE + 1)})
        await send({"type": "websocket.send", "bytes": b""})
        try:
            await send({"type": "websocket.send", "bytes": bytes(16 * 1024 * 1024 + 1)})
        except ValueError as error:
            raised.append(str(error))
        await send({"type": "websocket.close", "code": 4000, "reason": "é" * 100})

    served = Served(accepting(says), b"w")
    assert served.httpd.frame() == ("ACCEPT", b"\0")
    pieces = [served.httpd.frame()[1] for _ in range(3)]
    assert [(piece[0], len(piece) - 1) for piece in pieces] == [(3, frames.PIECE), (3, frames.PIECE), (1, 1)]
    assert served.httpd.frame() == ("SAY", b"\0")
    assert served.frames() == [("CLOSE", b"\xa0\x0f" + "é".encode() * 61), ("END", b"")]
    assert raised == [f"a message has {16 * 1024 * 1024 + 1} bytes: in a process at most {16 * 1024 * 1024} can be sent"]
    served.close()


def test_httpd_is_told_what_the_application_has_taken() -> None:
    gate = asyncio.Event()
    sizes: list[int] = []

    async def takes_late(receive: Any, send: Any) -> None:
        await gate.wait()
        while (message := await receive())["type"] == "websocket.receive":
            sizes.append(len(message["bytes"]))
        sizes.append(message["code"])

    served = Served(accepting(takes_late), b"w")
    assert served.httpd.frame() == ("ACCEPT", b"\0")
    served.httpd.socket.sendall(heard(bytes(10)) * 20 + heard(bytes(100_000), frames.CONTINUED) + heard(bytes(2)))
    served.worker.server.loop()._loop.call_soon_threadsafe(gate.set)
    told = [(kind, struct.unpack("=II", data)) for kind, data in (served.httpd.frame() for _ in range(3))]
    assert told == [("TOOK", (8, 80)), ("TOOK", (8, 80)), ("TOOK", (5, 100_042))]
    served.httpd.socket.sendall(heard(bytes(20_000)) + CLOSED_1000)
    assert served.frames()[-1][0] == "END"
    assert sizes == [10] * 20 + [100_002, 20_000, 1000]
    served.close()


@pytest.mark.parametrize("unread", [0, 1, 100])
def test_an_application_that_only_sends_learns_of_the_end(unread: int) -> None:
    ended: list[object] = []

    async def ticks(receive: Any, send: Any) -> None:
        try:
            while True:
                await send({"type": "websocket.send", "text": "tick"})
                await asyncio.sleep(0)
        except OSError as error:
            ended.append(type(error).__name__)
        ended.append([(await receive())["type"] for _ in range(unread + 1)])

    served = Served(accepting(ticks), b"w")
    assert served.httpd.frame() == ("ACCEPT", b"\0")
    served.httpd.socket.sendall(heard(b"unread", frames.TEXT) * unread + CLOSED_1000)
    assert served.frames()[-1][0] == "END"
    assert ended == ["Disconnected", ["websocket.receive"] * unread + ["websocket.disconnect"]]
    served.close()


def test_a_client_that_takes_nothing_holds_the_application_back() -> None:
    said: list[int] = []
    ended: list[str] = []

    async def floods(receive: Any, send: Any) -> None:
        try:
            for number in range(1000):
                await send({"type": "websocket.send", "bytes": bytes(100_000)})
                said.append(number)
        except OSError as error:
            ended.append(type(error).__name__)
        ended.append(str((await receive())["code"]))

    served = Served(accepting(floods), b"w")
    assert served.httpd.frame() == ("ACCEPT", b"\0")
    socket: Any = next(iter(served.worker.server.loop().clocks()))
    wait_until(lambda: socket._drainers)
    assert len(said) < 20
    served.httpd.socket.close()
    wait_until(lambda: len(ended) == 2)
    assert ended == ["Disconnected", "1006"]
    served.close()


def test_a_process_that_ends_closes_its_sockets() -> None:
    codes: list[int] = []

    async def waits(receive: Any, send: Any) -> None:
        codes.append((await receive())["code"])

    served = Served(accepting(waits), b"w")
    assert served.httpd.frame() == ("ACCEPT", b"\0")
    served.worker.server.loop().drain()
    assert served.httpd.frame() == ("CLOSE", b"\xe9\x03")
    served.httpd.socket.sendall(frames.pack(frames.CLOSED, b"\xe9\x03"))
    assert served.frames() == [("END", b"")]
    assert codes == [1001]
    served.close()


def test_a_refusal_is_an_ordinary_response() -> None:
    async def refuses(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "websocket"
        await send({"type": "websocket.http.response.start", "status": 401, "headers": []})
        await send({"type": "websocket.http.response.body", "body": b"who?"})

    served = Served(refuses, b"w")
    assert served.frames() == [("HEAD", b"401\0"), ("DATA", b"who?"), ("END", b"")]
    served.ask(b"w")  # the connection serves again
    assert served.frames()[-1][0] == "END"
    served.close()


def test_a_scope_says_what_the_client_offers() -> None:
    payload = frame_of(b"w", b"host", b"localhost", subprotocol=b"chat")[8:]
    asked = Asked(payload)
    scope = asked.scope()
    assert asked.is_websocket and not asked.has_body
    assert (scope["type"], scope["scheme"], scope["subprotocols"]) == ("websocket", "wss", ["chat"])
    assert "method" not in scope
    assert scope["headers"] == [(b"host", b"localhost")]
    assert scope["extensions"] == {"http.response.pathsend": {}, "websocket.http.response": {}}
