"""The kinds of traffic: each sends requests in its own way, and raises Lost unless the right answer comes."""

from __future__ import annotations

import base64
import hashlib
import http.client
import random
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Mapping

from soaked import Soaked

DEADLINE = 60
STREAMS = 12
GONE = (http.client.RemoteDisconnected, ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError)
HELLO = b"hello\n"
BODY = bytes(range(97, 123)) * 4000
ANY_CERTIFICATE = ssl._create_unverified_context()


class Lost(Exception):
    """A request that did not get its answer."""


class Cut(Lost):
    """An HTTP/2 connection that ended before the server had looked at all of its streams: `answered` had their
    answers.
    """

    def __init__(self, answered: int, of: int, said: str) -> None:
        super().__init__(f"HTTP/2: {of - answered} of {of} streams have no answer at all: {said}")
        self.answered = answered


def login(user: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


# The GET requests: path, headers, status, body (None: any).
ASKED: list[tuple[str, Mapping[str, str], int, bytes | None]] = [
    ("/hello", {}, 200, HELLO),
    ("/named", {}, 200, HELLO),
    ("/phases", {}, 200, HELLO),
    ("/upper", {}, 200, b"HELLO\n"),
    ("/fails", {}, 500, None),
    ("/refused", {}, 403, None),
    ("/count", {}, 200, b"True\n"),
    ("/sub", {}, 200, b"sub hello\n"),
    ("/private", {}, 401, None),
    ("/private", login("ann", "ann"), 200, HELLO),
    ("/private", login("ann", "bob"), 401, None),
    ("/page", {}, 200, b"[&lt;Ann&gt;]\n"),
    ("/choice", {}, 200, HELLO),
    ("/map/HELLO", {}, 200, HELLO),
    ("/app", {}, 200, b"wsgi 0\n"),
    ("/nothing", {}, 404, None),
]


class Client:
    """A kept connection. It is made again where httpd may have closed it, but never where children stay."""

    def __init__(self, server: Soaked, tls: bool = False) -> None:
        self.stays = server.settings.stays
        self.connection: http.client.HTTPConnection
        if tls:
            self.connection = http.client.HTTPSConnection(
                "127.0.0.1", server.tls_port, timeout=DEADLINE, context=ANY_CERTIFICATE
            )
        else:
            self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=DEADLINE)

    def ask(
        self, path: str, headers: Mapping[str, str], status: int, answer: bytes | None, body: bytes | None = None
    ) -> None:
        found, content = self.exchange(path, dict(headers), body)
        if found != status or answer not in (None, content):
            raise Lost(f"{path}: {found} {content[:60]!r} rather than {status} {(answer or b'')[:60]!r}")

    def exchange(self, path: str, headers: dict[str, str], body: bytes | None) -> tuple[int, bytes]:
        kept = self.connection.sock is not None
        try:
            self.connection.request("GET" if body is None else "POST", path, body=body, headers=headers)
            response = self.connection.getresponse()
        except GONE as gone:
            self.connection.close()
            if kept and not self.stays:  # httpd may close a connection that waits for its next request at any moment
                return self.exchange(path, headers, body)
            raise Lost(f"{path}: {gone!r}") from gone
        return response.status, response.read()

    def close(self) -> None:
        self.connection.close()


def keep_alive(server: Soaked, chance: random.Random, tls: bool = False) -> int:
    client = Client(server, tls)
    questions = chance.choices(ASKED, k=chance.randint(1, 40))
    for path, headers, status, answer in questions:
        client.ask(path, headers, status, answer)
    client.close()
    return len(questions)


def over_tls(server: Soaked, chance: random.Random) -> int:
    return keep_alive(server, chance, tls=True)


def upload(server: Soaked, chance: random.Random) -> int:
    client = Client(server)
    body = BODY[: chance.randint(0, len(BODY))]
    client.ask("/digest", {}, 200, hashlib.sha256(body).hexdigest().encode() + b"\n", body)
    client.ask("/echo", {}, 200, body.upper(), body)
    client.ask("/app", {}, 200, b"wsgi %d\n" % len(body), body)
    client.close()
    return 3


def over_http2(server: Soaked, chance: random.Random) -> int:
    asked = [path for path, headers, status, _ in ASKED if status == 200 and not headers]
    return streams(server, chance.choices(asked, k=STREAMS))


def files_over_http2(server: Soaked, chance: random.Random) -> int:
    """The same without mod_pyhook, to know which connections httpd cuts by itself."""
    return streams(server, ["/hello.txt"] * STREAMS)


def streams(server: Soaked, paths: list[str]) -> int:
    """Several streams of one connection at once."""
    if not server.has_http2:
        return 0
    command = ["curl", "-s", "-k", "--http2", "--parallel", "--no-progress-meter", "--max-time", str(DEADLINE)]
    for path in paths:
        url = f"https://127.0.0.1:{server.tls_port}{path}"
        command += ["-w", "%{urlnum} %{http_code}/%{http_version} %{exitcode}\n", "-o", "/dev/null", url]
    said = subprocess.run(command, capture_output=True, text=True)
    found = dict(line.split(" ", 1) for line in said.stdout.splitlines())
    answers = [found.get(str(number), "nothing") for number in range(len(paths))]
    complete = answers.count("200/2 0")
    if complete + sum(answer.startswith("000/") for answer in answers) < len(paths):
        raise Lost(f"HTTP/2 {paths}: {answers}: {said.stderr[-200:]}")
    if complete < len(paths):
        raise Cut(complete, len(paths), f"{answers}, curl answers {said.returncode}: {said.stderr[-200:]}")
    return complete


def raw(server: Soaked) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=DEADLINE)


def slowly(server: Soaked, chance: random.Random) -> int:
    """A chunked upload that comes in drops."""
    body = BODY[:200]
    head = b"POST /digest HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    with raw(server) as connection:
        connection.sendall(head)
        for start in range(0, len(body), 20):
            connection.sendall(b"14\r\n" + body[start : start + 20] + b"\r\n")
            time.sleep(chance.random() / 10)
        connection.sendall(b"0\r\n\r\n")
        answer = everything(connection)
    if hashlib.sha256(body).hexdigest().encode() not in answer:
        raise Lost(f"a slow upload: {answer[:200]!r}")
    return 1


def everything(connection: socket.socket) -> bytes:
    answer = b""
    while piece := connection.recv(65536):
        answer += piece
    return answer


ABORTED = [
    b"GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"POST /digest HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nhalf of it",
    b"POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nhalf of",
    b"POST /app HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"GET /hello HT",
    b"\x16\x03\x01 no request at all",
]


def abort(server: Soaked, chance: random.Random) -> int:
    """A client that goes away and expects no answer."""
    with raw(server) as connection:
        connection.sendall(chance.choice(ABORTED))
        if chance.random() < 0.5:
            connection.settimeout(0.05)
            try:
                connection.recv(100)
            except OSError:  # the time-out included
                pass
    return 0


def long_answer(server: Soaked, chance: random.Random) -> int:
    client = Client(server)
    status, content = client.exchange("/stream", {}, None)
    client.close()
    if (status, len(content)) != (200, 1 << 20):
        raise Lost(f"/stream: {status}, {len(content)} bytes")
    return 1


KINDS: list[Callable[[Soaked, random.Random], int]] = [
    *(keep_alive, over_tls, upload, over_http2, files_over_http2, slowly, abort, long_answer),
]
"""Each returns how many requests got their answers."""
