"""ASGI applications in a worker process: what goes over the connection, and what an application learns of its end."""

from __future__ import annotations

import asyncio
import io
import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest

from pyhook.worker import frames, head, loading, metrics, streams
from pyhook.worker.loop import Loop
from pyhook.worker.scope import Asked
from test_worker_process import Httpd, Worker, wait_until
from test_worker_process import nothing_stays as nothing_stays  # pytest finds it here

NAME = "asgi tested:asgi"
KEY = "counter\0sold\0"
FIELDS = {
    "http_version": b"1.1",
    "method": b"POST",
    "scheme": b"https",
    "path": "/é".encode(),
    "raw_path": b"/%C3%A9",
    "query_string": b"",
    "root_path": b"",
    "client": b"::1",
    "client.port": b"80",
    "server": b"localhost",
    "server.port": b"443",
}


def frame_of(marks: bytes = b"b", *headers: bytes, **more: bytes) -> bytes:
    words = [NAME.encode(), marks]
    for name, value in {**FIELDS, **more}.items():
        words += (name.encode(), value)
    return frames.pack(frames.SCOPE, b"\0".join([*words, b"", *headers]) + b"\0")


class Served:
    """A worker that serves an application, and a connection to it with one request."""

    def __init__(self, application: Callable[..., Any], marks: bytes = b"b", **more: bytes) -> None:
        self.worker = Worker(application)
        loading._applications[NAME] = application
        self.httpd = self.worker.dial()
        self.ask(marks, **more)

    def ask(self, marks: bytes = b"b", **more: bytes) -> None:
        self.httpd.socket.sendall(frame_of(marks, **more))

    def frames(self) -> list[tuple[str, bytes]]:
        """Return the frames up to the last one."""
        found = [self.httpd.frame()]
        while found[-1][0] not in ("END", "FAIL", "GONE"):
            found.append(self.httpd.frame())
        return found

    def close(self) -> None:
        self.worker.server.close()


async def start(send: Any, **headers: str) -> None:
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": 200, "headers": pairs})


async def echo(scope: Any, receive: Any, send: Any) -> None:
    assert scope["type"] == "http"
    await start(send)
    while True:
        message = await receive()
        await send({"type": "http.response.body", "body": message["body"], "more_body": message["more_body"]})
        if not message["more_body"]:
            return


def test_the_body_is_asked_for_piece_by_piece_and_the_connection_serves_again() -> None:
    served = Served(echo)
    for again in (True, False):
        assert served.httpd.frame()[0] == "READ"
        served.httpd.socket.sendall(frames.pack(frames.BODY, b"abc"))
        assert [served.httpd.frame() for _ in range(2)] == [("HEAD", b"200\0"), ("DATA", b"abc")]
        assert served.httpd.frame()[0] == "READ"
        served.httpd.socket.sendall(frames.pack(frames.BODY))
        assert served.frames() == [("END", b"")]
        if again:
            served.ask()
    served.close()


def test_a_whole_body_comes_at_once_or_has_its_length() -> None:
    async def sends(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        await start(send)
        await send({"type": "http.response.body", "body": b"x" * sizes[0]})

    sizes = [5]
    served = Served(sends, b"")
    assert served.frames() == [("HEAD", b"200\0"), ("DATA", b"xxxxx"), ("END", b"")]
    sizes[0] = frames.PIECE + 1
    served.ask(b"")
    assert served.httpd.frame() == ("HEAD", b"200\0Content-Length\0%d\0" % sizes[0])
    assert [len(payload) for _, payload in served.frames()] == [frames.PIECE, 1, 0]
    served.httpd.socket.sendall(frame_of(b"", method=b"HEAD"))
    assert served.frames() == [("HEAD", b"200\0Content-Length\0%d\0" % sizes[0]), ("END", b"")]
    served.close()


def test_a_body_that_breaks_off_is_answered_with_its_status() -> None:
    served = Served(echo)
    assert served.httpd.frame()[0] == "READ"
    served.httpd.socket.sendall(frames.pack(frames.BROKEN, b"413 too long"))
    assert served.frames() == [("FAIL", b"413\0\0\0\0")]
    served.close()


def test_nothing_stays_of_what_a_request_has_begun_to_print(monkeypatch: pytest.MonkeyPatch) -> None:
    outside = io.StringIO()
    log = streams.Log(6, outside)
    monkeypatch.setattr(streams, "_logs", [log])

    async def begins(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        log.write("half a line")
        assert [(await receive())["type"] for _ in range(2)] == ["http.request", "http.disconnect"]

    served = Served(begins, b"")
    wait_until(lambda: log._begun)
    assert [type(place).__name__ for place in log._begun] == ["Exchange"]
    served.httpd.socket.close()
    wait_until(lambda: not log._begun)
    assert outside.getvalue().endswith("] half a line\n"), "and it is logged"
    served.close()


def test_a_loop_that_cannot_start_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[asyncio.AbstractEventLoop] = []
    make = asyncio.new_event_loop

    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    def remember() -> asyncio.AbstractEventLoop:
        made.append(make())
        return made[-1]

    monkeypatch.setattr(asyncio, "new_event_loop", remember)
    with monkeypatch.context() as full:
        full.setattr(threading.Thread, "start", refuse)
        with pytest.raises(RuntimeError):
            Loop()
    assert made[0].is_closed()


def test_a_connection_that_is_closed_in_the_middle_of_a_frame_disconnects() -> None:
    heard: list[str] = []

    async def listens(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        try:
            heard.append((await receive())["type"])
        except OSError as error:
            heard.append(type(error).__name__)
        heard.append((await receive())["type"])

    served = Served(listens)
    assert served.httpd.frame()[0] == "READ"
    served.httpd.socket.sendall(frames.pack(frames.BODY, b"half of it")[:-3])
    served.httpd.socket.close()
    wait_until(lambda: len(heard) == 2)
    assert heard == ["ConnectionAbortedError", "http.disconnect"]
    served.close()


def test_a_client_that_takes_nothing_holds_the_application_back() -> None:
    sent: list[int] = []
    ended: list[str] = []

    async def floods(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        await start(send)
        try:
            for number in range(1000):
                await send({"type": "http.response.body", "body": b"x" * 100_000, "more_body": True})
                sent.append(number)
        except OSError as error:
            ended.append(type(error).__name__)

    served = Served(floods, b"")
    assert served.httpd.frame()[0] == "HEAD"
    before = -1
    while before != len(sent):
        before = len(sent)
        wait_until(lambda: served.worker.server.loop().clocks()[0]._since is None)  # it waits for its client
    assert len(sent) < 20
    served.httpd.socket.close()
    wait_until(lambda: ended)
    assert ended == ["Disconnected"] or ended == ["ConnectionAbortedError"]
    served.close()


def test_a_failure_waits_for_the_body_that_was_asked_for() -> None:
    async def fails(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        reading = asyncio.ensure_future(receive())
        await asyncio.sleep(0)
        reading.cancel()
        raise LookupError("nothing found")

    served = Served(fails)
    assert served.httpd.frame()[0] == "READ"
    served.httpd.socket.sendall(frames.pack(frames.BODY, b"abc"))
    kind, payload = served.frames()[-1]
    assert kind == "FAIL"
    assert payload.startswith(b"500\0PYHOOK0005\0raised\0Traceback")
    assert b"LookupError: nothing found" in payload
    served.close()


def test_tasks_that_are_left_end_with_the_process() -> None:
    ended: list[str] = []

    async def goes_on(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        await start(send)
        await send({"type": "http.response.body", "body": b"answered"})
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("cancelled")

    served = Served(goes_on, b"")
    assert served.frames()[-1][0] == "END"
    served.close()
    assert ended == ["cancelled"]


def test_what_was_counted_waits_if_httpd_has_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[bool] = []

    async def counts(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        metrics.change_metric(KEY, KEY, 1.0, False)
        await start(send)
        monkeypatch.setattr(frames.Connection, "send_some", is_gone)
        await send({"type": "http.response.body", "body": b"answered"})
        ended.append(True)

    def is_gone(*_: object) -> int:
        raise frames.Gone

    served = Served(counts, b"")
    wait_until(lambda: ended)
    assert metrics.take() == {KEY: (KEY, 1.0, False)}
    served.close()


def test_a_look_shows_what_tasks_do() -> None:
    async def waits_for_nothing(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        await asyncio.Event().wait()

    served = Served(waits_for_nothing, b"")
    wait_until(lambda: "waits_for_nothing" in "".join(each.stack() for each in served.worker.server.loop().clocks()))
    said = served.worker.look()
    assert said[0]["request"] == "POST /%C3%A9"
    assert "in waits_for_nothing" in said[0]["stack"]
    served.httpd.socket.close()
    wait_until(lambda: not served.worker.server.loop().clocks())
    served.close()


def test_a_scope_has_what_httpd_says() -> None:
    payload = frame_of(b"b", b"x-empty", b"", b"x-two", b"2", **{
        "tls": b"", "tls.client_cert_chain": b"one", "tls.tls_version": b"772", "tls.client_cert_error": b"",
    })[8:]
    asked = Asked(payload)
    assert (asked.name, asked.has_body, asked.reloads, asked.line) == (NAME, True, False, "POST /%C3%A9")
    scope = asked.scope()
    assert (scope["path"], scope["client"], scope["server"]) == ("/é", ("::1", 80), ("localhost", 443))
    assert scope["headers"] == [(b"x-empty", b""), (b"x-two", b"2")]
    assert scope["extensions"]["tls"] == {
        "client_cert_chain": ["one"], "server_cert": None, "client_cert_name": None, "client_cert_error": "",
        "tls_version": 772, "cipher_suite": None,
    }


@pytest.mark.parametrize(
    ("status", "headers", "wrong"),
    [
        ("200", [], "the status is an int"),
        (99, [], "99 is no final status"),
        (200, [(b"x", b"y\r\nInjected: 1")], "control characters"),
        (200, [(b"x y", b"z")], "no name of a header"),
        (200, [(b"x\0", b"z")], "no name of a header"),
        (200, [(b"content-length", b"-1")], "Content-Length is a number"),
        (200, [("x", "y")], "the name of a header is bytes"),
        (200, [(b"x",)], "a pair of name and value"),
        (200, [(b"x", b"y" * frames.MOST)], "more than 1047576 bytes"),
    ],
)
def test_a_wrong_head_is_refused(status: object, headers: Any, wrong: str) -> None:
    with pytest.raises((TypeError, ValueError), match=wrong):
        head.check_pairs(status, headers)


def test_headers_of_the_connection_are_left_out() -> None:
    assert head.check_pairs(200, [(b"Connection", b"close"), (b"x", b"\xe9")]) == [b"200", b"x", b"\xe9"]
