"""The body of a request in a worker process: what is asked of httpd, and what an application reads."""

from __future__ import annotations

import socket
import struct
import threading
from array import array
from collections.abc import Iterator

import pytest

from pyhook import BodyError
from pyhook.worker import frames, streams
from pyhook.worker.clock import Clock

BODY = b"".join(b"line %d\n" % number for number in range(60_000))


class Httpd(threading.Thread):
    """Gives a body to a worker process in pieces of one size, as a child of httpd does."""

    def __init__(self, mine: socket.socket, piece: int, broken_after: int | None) -> None:
        super().__init__(daemon=True)
        self.asked: list[tuple[int, int]] = []
        self._socket, self._piece, self._broken_after = mine, piece, broken_after
        self._given = 0

    def run(self) -> None:
        while frame := self._socket.recv(16, socket.MSG_WAITALL):
            _, kind, least, most = struct.unpack("=IIII", frame)
            assert kind == frames.READ
            self.asked.append((least, most))
            self._give(least, most)

    def _give(self, least: int, most: int) -> None:
        given, end = self._given, True
        while self._given - given < least and end:
            if self._broken_after is not None and self._given >= self._broken_after:
                return self._socket.sendall(frames.pack(frames.BROKEN, b"413 it is too long"))
            end = self._give_piece(min(self._piece, most - (self._given - given)))

    def _give_piece(self, size: int) -> bool:
        piece = BODY[self._given : self._given + size]
        self._socket.sendall(frames.pack(frames.BODY, piece))
        self._given += len(piece)
        return bool(piece)


class Served:
    def __init__(self, ours: socket.socket, theirs: socket.socket, piece: int, broken_after: int | None = None) -> None:
        self.connection = frames.Connection(ours)
        self.body = streams.Input(self.connection, Clock())
        self.httpd = Httpd(theirs, piece, broken_after)
        self.httpd.start()


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs
        ours.shutdown(socket.SHUT_RDWR)
        for thread in threading.enumerate():
            if isinstance(thread, Httpd):
                thread.join()  # it uses the socket no longer


@pytest.mark.parametrize("piece", [1000, 65_536, 250_000])
@pytest.mark.parametrize("size", [1000, 65_536, 131_072, 200_000, len(BODY), len(BODY) + 1, 3 << 20, -1])
def test_each_byte_is_read_once_and_in_order(pair: tuple[socket.socket, socket.socket], piece: int, size: int) -> None:
    body = Served(*pair, piece).body
    found = list(iter(lambda: body.read(size), b""))
    assert b"".join(found) == BODY
    assert size < 0 or {len(each) for each in found[:-1]} <= {size}, "only the last piece is shorter"
    assert body.read(size) == b""


def test_reads_of_all_kinds_follow_each_other(pair: tuple[socket.socket, socket.socket]) -> None:
    body = Served(*pair, 65_536).body
    buffer = bytearray(150_000)
    found = [body.readline(), body.read(200_000), body.readline(), body.read1(10), body.read(3)]
    found += [bytes(buffer[: body.readinto(buffer)]), body.read()]
    assert b"".join(found) == BODY
    assert [len(each) for each in found[:2]] == [7, 200_000]
    assert len(found[-2]) == len(buffer)


@pytest.mark.parametrize("size", [None, -1])
def test_read1_without_a_size_gives_what_is_at_hand(pair: tuple[socket.socket, socket.socket], size: int | None) -> None:
    body = Served(*pair, 65_536).body
    assert body.read(5) == BODY[:5]
    assert b"".join(iter(lambda: body.read1(size), b"")) == BODY[5:]


def test_a_buffer_of_numbers_is_filled_with_bytes(pair: tuple[socket.socket, socket.socket]) -> None:
    buffer = array("i", [0] * 1000)
    assert Served(*pair, 65_536).body.readinto(buffer) == len(buffer.tobytes())
    assert buffer.tobytes() == BODY[: 1000 * buffer.itemsize]


def test_one_question_brings_all_that_an_application_reads_at_once(pair: tuple[socket.socket, socket.socket]) -> None:
    served = Served(*pair, 65_536)
    assert served.body.read(500_000) == BODY[:500_000]
    assert served.httpd.asked == [(500_000, 500_000)], "and no byte more"
    assert served.body.read() == BODY[500_000:]
    assert len(served.httpd.asked) == 2


def test_small_reads_share_a_question(pair: tuple[socket.socket, socket.socket]) -> None:
    served = Served(*pair, 65_536)
    assert [served.body.read(1000) for _ in range(60)] == [BODY[at : at + 1000] for at in range(0, 60_000, 1000)]
    assert len(served.httpd.asked) == 1


@pytest.mark.parametrize("size", [1000, 400_000, -1])
def test_a_body_that_breaks_off_raises_each_time(pair: tuple[socket.socket, socket.socket], size: int) -> None:
    served = Served(*pair, 65_536, broken_after=200_000)
    for _ in range(2):
        with pytest.raises(BodyError, match="it is too long") as raised:
            while served.body.read(size):
                pass
        assert raised.value.status == 413
    assert served.connection.is_between_frames, "the connection can serve the next request"


@pytest.mark.parametrize("size", [1000, 400_000])
def test_a_connection_that_ends_within_a_body_is_of_no_use(pair: tuple[socket.socket, socket.socket], size: int) -> None:
    ours, theirs = pair
    connection = frames.Connection(ours)
    body = streams.Input(connection, Clock())
    theirs.sendall(frames.pack(frames.BODY, BODY[:500_000])[:100])
    theirs.shutdown(socket.SHUT_WR)
    for _ in range(2):
        with pytest.raises(frames.Gone):
            body.read(size)
    assert not connection.is_between_frames
    assert len(theirs.recv(1000)) == 16, "it asked once"
