"""The clients of t/soak/calls: requests whose header `Seed` says what the server does with them, and the responses."""

from __future__ import annotations

import http.client
import io
import random
import socket
import subprocess
import threading
import time
from collections import Counter
from typing import Any, cast

from soaked import Soaked

DEADLINE = 60
"""Seconds for all responses on a connection; a client that waits longer waits for ever."""
PLACES = (
    *("/main/a", "/main/b?x=y", "/main/if", "/mapped/c", "/shop/a", "/shop/b", "/pool/a", "/pool/b/c", "/page.txt", "/page.shtml"),
    *("/nothing", "/hello", "/async/coroutine", "/async/coroutine/in-shop", "/async/generator", "/async/generator/in-pool"),
    *("/wsgi/a", "/wsgi/in-shop", "/wsgi/filtered/in-pool", "/asgi/a", "/asgi/in-shop", "/asgi/filtered/in-pool"),
    *("/guarded/a", "/guarded/by-provider", "/guarded/by-provider/in-pool"),
)
BODIES = (
    *(b"Content-Length: 5\r\n\r\nhello", b"Content-Length: 0\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
    *(b"Transfer-Encoding: chunked\r\n\r\nodd\r\n", b"Content-Length: 70000\r\n\r\n" + b"x" * 70_000),
    b"Expect: 100-continue\r\nContent-Length: 1\r\n\r\nx",
)
EXTRA = ("", "", "", "Authorization: Basic dXNlcjpwYXNz\r\n", "Range: bytes=1-3\r\n", "Accept-Encoding: gzip\r\n", "If-None-Match: *\r\n")
UPGRADE = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
FRAMES = (
    b"",
    b"\x81\x85\0\0\0\0hello",
    b"\x01\x82\0\0\0\0he\x80\x83\0\0\0\0llo",
    b"\x89\x80\0\0\0\0\x88\x80\0\0\0\0",
    b"\x81\x05hello",
    b"\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0",
)


class Asking:
    """Until it is over, or as many requests are sent as there may be."""

    def __init__(self, server: Soaked, seed: int, clients: int, most: int) -> None:
        self.server, self.seed, self.clients, self.most = server, seed, clients, most
        self.statuses: Counter[int] = Counter()
        self.sent = self.over_http2 = 0
        self.problems: list[str] = []
        self.over = threading.Event()
        self.lock = threading.Lock()

    def run(self, seconds: float) -> None:
        threads = [threading.Thread(target=self.client, args=(number,)) for number in range(self.clients)]
        for thread in threads:
            thread.start()
        end = time.monotonic() + seconds
        try:
            while time.monotonic() < end and any(thread.is_alive() for thread in threads):
                self.over.wait(0.2)
        finally:
            self.over.set()
            for thread in threads:
                thread.join()

    def client(self, number: int) -> None:
        chance = random.Random(self.seed * 1000 + number)
        while not self.over.is_set() and self.sent < self.most and not self.server.is_dead():
            try:
                (self.ask_over_http2 if self.server.has_http2 and chance.randrange(12) == 0 else self.ask)(chance)
            except (TimeoutError, subprocess.TimeoutExpired) as late:
                self.problems.append(f"no end after {DEADLINE} seconds: {late}")
            except OSError:
                pass  # the server closed the connection; a child that crashed says so in the log

    def ask(self, chance: random.Random) -> None:
        """A few requests at once, and all that comes back."""
        methods = [chance.choice(("GET", "GET", "GET", "POST", "HEAD", "PUT", "OPTIONS")) for _ in range(chance.randint(1, 3))]
        sent = b"".join(request(method, chance, at == len(methods)) for at, method in enumerate(methods, 1))
        goes_away = chance.randrange(10) == 0
        with self.lock:
            self.sent += len(methods)
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=DEADLINE) as client:
            client.sendall(sent)
            if goes_away:
                return
            client.shutdown(socket.SHUT_WR)
            received = b""
            try:
                while piece := client.recv(1 << 16):
                    received += piece
            except TimeoutError:
                raise TimeoutError(repr(sent[:600])) from None
        self.count(methods, sent, received)

    def count(self, methods: list[str], sent: bytes, received: bytes) -> None:
        stream = io.BytesIO(received)
        for method in methods:
            status = read_response(stream, method)
            if status is None:
                return
            with self.lock:
                self.statuses[status] += 1
        if rest := stream.read():
            self.problems.append(f"beyond the last answer to {sent[:600]!r} came {rest[:200]!r}; all of it: {received[:2000]!r}")

    def ask_over_http2(self, chance: random.Random) -> None:
        urls = [f"http://127.0.0.1:{self.server.port}{chance.choice(PLACES)}" for _ in range(5)]
        command = ["nghttp", "--null-out", "--stat", f"--header=Seed: {chance.random()}", *urls]
        with self.lock:
            self.sent += len(urls)
            self.over_http2 += len(urls)
        subprocess.run(command, timeout=DEADLINE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def request(method: str, chance: random.Random, last: bool) -> bytes:
    head = f"{method} {chance.choice(PLACES)} HTTP/1.1\r\nHost: localhost\r\nSeed: {chance.random()}\r\n{chance.choice(EXTRA)}"
    if last and method == "GET" and chance.randrange(4) == 0:
        path = chance.choice(("/asgi/a", "/asgi/in-shop", "/asgi/in-pool", "/main/a", "/wsgi/a"))
        head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nSeed: {chance.random()}\r\n{UPGRADE}"
        return head.encode() + b"\r\n" + b"".join(chance.choice(FRAMES) for _ in range(3))
    end = "Connection: close\r\n" if last else ""
    return (head + end).encode() + (chance.choice(BODIES) if method in ("POST", "PUT") else b"\r\n")


class Received:
    """A socket for http.client."""

    def __init__(self, stream: io.BytesIO) -> None:
        self.stream = stream

    def makefile(self, _mode: str) -> io.BufferedIOBase:
        return cast(io.BufferedIOBase, Unclosed(self.stream))


class Unclosed:
    def __init__(self, stream: io.BytesIO) -> None:
        self.stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)

    def close(self) -> None:
        """The next response follows."""


def read_response(stream: io.BytesIO, method: str) -> int | None:
    """Its status; None if it is broken off, or ends with the connection."""
    while True:
        response = http.client.HTTPResponse(cast(socket.socket, Received(stream)), method=method)
        try:
            response.begin()
            response.read()
        except (http.client.HTTPException, ValueError):
            return None
        if response.status == 101:
            stream.read()  # the frames of a WebSocket
            return 101
        if response.status >= 200:
            return response.status
