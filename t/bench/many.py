"""Clients that keep many connections: WebSockets and event streams, over plain sockets."""

from __future__ import annotations

import select
import socket
import time

HANDSHAKE = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
MASK = b"\x37\xfa\x21\x3d"
PING = b"\x89\x00"
PONG = b"\x8a\x80" + MASK
OPENED = 500


class Lost(Exception):
    """A connection that the server has refused or ended."""


def frame(text: str) -> bytes:
    """Return a client's text frame of less than 126 bytes."""
    payload = bytes(byte ^ MASK[at % 4] for at, byte in enumerate(text.encode()))
    return bytes([0x81, 0x80 | len(payload)]) + MASK + payload


class Clients:
    """Connections to one path. All of them end with `close`."""

    def __init__(self, port: int, path: str, is_websocket: bool) -> None:
        self.port = port
        self.wanted = b" 101 " if is_websocket else b" 200 "
        more = HANDSHAKE if is_websocket else ""
        self.request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{more}\r\n".encode()
        self.sockets: dict[int, socket.socket] = {}
        self.poll = select.epoll()

    def open(self, count: int) -> None:
        """Open one after the other; raises Lost if one is refused."""
        for number in range(count):
            if number % OPENED == 0:
                self.answer_pings()
            client = socket.create_connection(("127.0.0.1", self.port), timeout=30)
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client.sendall(self.request)
            head = b""
            while b"\r\n\r\n" not in head:
                piece = client.recv(4096)
                if not piece:
                    raise Lost(f"connection {len(self.sockets) + 1} has ended")
                head += piece
            if self.wanted not in head.partition(b"\r\n")[0]:
                raise Lost(f"connection {len(self.sockets) + 1}: {head.partition(b'r')[0]!r}")
            client.setblocking(False)
            self.sockets[client.fileno()] = client
            self.poll.register(client.fileno(), select.EPOLLIN)

    def answer_pings(self) -> None:
        """Read what idle WebSockets have got, and answer pings. To be called every few seconds: a server gives up a
        client that does not answer for 20 seconds.
        """
        while ready := self.poll.poll(0):
            for number, _ in ready:
                came = self.sockets[number].recv(4096)
                if not came:
                    raise Lost("a connection has ended")
                if PING in came:
                    self.sockets[number].sendall(PONG)

    def say(self, text: str) -> None:
        """Send a message on the first one."""
        next(iter(self.sockets.values())).sendall(frame(text))

    def take(self, seconds: float, until_each_has: int | None = None) -> int:
        """Read what comes for so long, or until each connection has had so many bytes; return the number of bytes."""
        had = dict.fromkeys(self.sockets, 0)
        missing = len(had)
        end = time.monotonic() + seconds
        while missing and time.monotonic() < end:
            for number, _ in self.poll.poll(0.1):
                size = len(self.sockets[number].recv(65536))
                if size == 0:
                    raise Lost("a connection has ended")
                if until_each_has is not None and had[number] < until_each_has <= had[number] + size:
                    missing -= 1
                had[number] += size
        if until_each_has is not None and missing:
            raise Lost(f"{missing} connections have heard nothing")
        return sum(had.values())

    def echo(self, seconds: float) -> int:
        """Keep one message of 32 bytes in flight on each; return how many came back."""
        message = frame("x" * 32)
        for client in self.sockets.values():
            client.sendall(message)
        count = 0
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for number, _ in self.poll.poll(0.1):
                if not self.sockets[number].recv(4096):
                    raise Lost("a connection has ended")
                count += 1
                self.sockets[number].sendall(message)
        self._take_last()
        return count

    def _take_last(self) -> None:
        """Read the message that is in flight on each."""
        missing = set(self.sockets)
        while missing:
            ready = self.poll.poll(10)
            if not ready:
                raise Lost(f"{len(missing)} messages do not come back")
            for number, _ in ready:
                self.sockets[number].recv(4096)
                missing.discard(number)

    def close(self) -> None:
        self.poll.close()
        for client in self.sockets.values():
            client.close()
        self.sockets.clear()
