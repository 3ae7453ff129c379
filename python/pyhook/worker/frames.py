"""The frames between httpd and a worker process, as `mod_pyhook/processes/frames.h` has them."""

from __future__ import annotations

import os
import socket
import struct
import sys
from array import array

from ..errors import BodyError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

REQUEST: Final = 1
BODY: Final = 2
BROKEN: Final = 3
SCOPE: Final = 4
HEARD: Final = 5
CLOSED: Final = 6
HANDLER: Final = 7
READ: Final = 16
HEAD: Final = 17
DATA: Final = 18
FILE: Final = 19
LOG: Final = 20
FAIL: Final = 21
END: Final = 22
AGAIN: Final = 23
METRIC: Final = 24
ACCEPT: Final = 25
SAY: Final = 26
CLOSE: Final = 27
TOOK: Final = 28
FULL: Final = 29
SET: Final = 30
PAGE: Final = 31
RESULT: Final = 32

TEXT: Final = 1
CONTINUED: Final = 2

_HEAD = struct.Struct("=II")
_RANGE = struct.Struct("=II")
_PART = struct.Struct("=QQ")
_CODE = struct.Struct("=H")
_TAKEN = struct.Struct("=II")
_STATUS = struct.Struct("=i")

MOST = 1 << 20
"""No frame has more bytes than this."""

ALL = (1 << 32) - 1
"""As much of a body as can be asked for at once."""

PIECE = 256 * 1024
"""A longer piece of a body is sent in several frames, so that the other side need not keep all of it."""

_REASON = 123  # bytes: RFC 6455, 5.5


_forked: list[bool] = []

os.register_at_fork(after_in_child=lambda: _forked.append(True))

_COPY = 70


def is_forked() -> bool:
    """Return True in a process that an application has forked."""
    return bool(_forked)


def leave_if_forked() -> None:
    """End a process that an application has forked: it must not answer the request a second time."""
    if _forked:
        os.write(2, b"PYHOOK0070: a process that the application forked goes on with the request: it is ended. "
                    b"Let it end with os._exit()\n")
        os._exit(_COPY)


class Gone(Exception):
    """httpd has closed the connection: the client has gone, or nobody wants the answer."""


def pack(kind: int, payload: bytes = b"") -> bytes:
    """Return a frame."""
    return _HEAD.pack(len(payload), kind) + payload


def strings(kind: int, items: list[str], errors: str = "strict") -> bytes:
    """Return a frame of strings. Raises `UnicodeEncodeError` if a character is outside ISO-8859-1."""
    return pack(kind, ("\0".join(items) + "\0").encode("latin-1", errors))


def read(least: int, most: int) -> bytes:
    """Return the frame that asks for bytes of the request's body: they come until there are `least`, but no more than `most`."""
    return pack(READ, _RANGE.pack(least, most))


def file(offset: int, size: int) -> bytes:
    """Return the frame that makes a part of a file the body; the file's descriptor goes with it."""
    return pack(FILE, _PART.pack(offset, size))


def result(status: int, rest: bytes = b"") -> bytes:
    """Return the frame that ends what a content handler answers, with httpd's status and the rest of the body."""
    return pack(RESULT, _STATUS.pack(status) + rest)


def message(marks: int, data: bytes) -> Iterator[bytes]:
    """Return the frames of a message for the client of a WebSocket; `marks` is TEXT or 0."""
    for start in range(0, len(data) or 1, PIECE):
        mark = marks | (CONTINUED if start + PIECE < len(data) else 0)
        yield pack(SAY, bytes([mark]) + data[start : start + PIECE])


def took(messages: int, size: int) -> bytes:
    """Return the frame that says how much of what was heard the application has taken since the last one."""
    return pack(TOOK, _TAKEN.pack(messages, size))


def closing(code: int, reason: str) -> bytes:
    """Return the frame of a close frame, with as much of the reason as that can have."""
    return pack(CLOSE, _CODE.pack(code) + reason.encode()[:_REASON].decode(errors="ignore").encode())


def broken(payload: bytes) -> BodyError:
    """Return what says why the request's body can't be read."""
    status, _, reason = payload.decode("latin-1").partition(" ")
    return BodyError(int(status), f"the request's body can't be read: {reason}")


def closing_of(payload: bytes) -> tuple[int, str]:
    """Return code and reason of the end of a WebSocket."""
    return _CODE.unpack_from(payload)[0], payload[_CODE.size :].decode(errors="replace")


class Connection:
    """A connection to a child of httpd. One thread uses it at a time."""

    __slots__ = ("_buffer", "_socket", "is_between_frames")

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._buffer = b""
        self.is_between_frames = True

    def fileno(self) -> int:
        return self._socket.fileno()

    def send(self, data: bytes) -> None:
        """Send frames. Raises `Gone`."""
        leave_if_forked()
        try:
            self._socket.sendall(data)
        except OSError as failure:
            raise Gone from failure

    def send_body(self, piece: bytes) -> None:
        """Send a piece of the response's body. Raises `Gone`."""
        for start in range(0, len(piece), PIECE):
            self.send(pack(DATA, piece[start : start + PIECE]))

    def send_file(self, descriptor: int, offset: int, size: int) -> None:
        """Let httpd send a part of an open file. Raises `Gone`."""
        leave_if_forked()
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array("i", [descriptor]))]
        frame = file(offset, size)
        try:
            sent = self._socket.sendmsg([frame], rights)
        except OSError as failure:
            raise Gone from failure
        self.send(frame[sent:])

    def ask(self, least: int, most: int) -> list[bytes]:
        """Ask for bytes of the request's body; return the pieces in which they come, the last one b"" at its end.

        Raises `Gone` and `BodyError`.
        """
        return [self._exactly(length) for length in self._lengths(least, most)]

    def fill(self, place: memoryview) -> int:
        """Ask for so many bytes of the request's body; return how many there are, fewer at its end.

        Raises `Gone` and `BodyError`.
        """
        at = 0
        for length in self._lengths(len(place), len(place)):
            self._receive_into(place[at : at + length])
            at += length
        return at

    def _lengths(self, least: int, most: int) -> Iterator[int]:
        """Ask for bytes of the body; give the length of each piece, which is to be taken off before the next one."""
        if not self.is_between_frames:
            raise Gone
        self.is_between_frames = False
        self.send(read(least, most))
        while least > 0:
            length, kind = _HEAD.unpack(self._exactly(_HEAD.size))
            if kind == BROKEN:
                reason = self._exactly(length)
                self.is_between_frames = True
                raise broken(reason)
            yield length
            least = least - length if length else 0
        self.is_between_frames = True

    def receive(self) -> tuple[int, bytes]:
        """Return the next frame's type and payload. Raises `Gone` at the end of the connection.

        After an exception nobody knows where a frame begins: the connection is of no use any more.
        """
        if not self.is_between_frames:
            raise Gone
        self.is_between_frames = False
        frame = self._next()
        self.is_between_frames = True
        return frame

    def _next(self) -> tuple[int, bytes]:
        buffer = self._buffer
        while len(buffer) < _HEAD.size:
            buffer += self._more()
        length, kind = _HEAD.unpack_from(buffer)
        end = _HEAD.size + length
        if len(buffer) == end:  # as most frames come
            self._buffer = b""
            return kind, buffer[_HEAD.size :]
        if len(buffer) < end:
            self._buffer = b""
            buffer += self._exactly(end - len(buffer))
        self._buffer = buffer[end:]
        return kind, buffer[_HEAD.size : end]

    def set_waiting(self, waits: bool) -> None:
        """Say whether sending and receiving wait. One that does not is for `send_some` and `receive_ready`."""
        self._socket.setblocking(waits)

    def send_some(self, data: memoryview, descriptor: int | None = None) -> int:
        """Send what there is room for, with a descriptor; return how much that is. Raises `Gone`."""
        leave_if_forked()
        rights = [] if descriptor is None else [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array("i", [descriptor]))]
        try:
            return self._socket.sendmsg([data], rights)
        except BlockingIOError:
            return 0
        except OSError as failure:
            raise Gone from failure

    def receive_ready(self) -> tuple[int, bytes] | None:
        """Return the next frame's type and payload if it has come. Raises `Gone` at the end of the connection."""
        while True:
            buffer = self._buffer
            end = _HEAD.size + _HEAD.unpack_from(buffer)[0] if len(buffer) >= _HEAD.size else sys.maxsize
            if len(buffer) >= end:
                self._buffer = buffer[end:]
                return _HEAD.unpack_from(buffer)[1], buffer[_HEAD.size : end]
            try:
                data = self._socket.recv(65536)
            except BlockingIOError:
                return None
            except OSError as failure:
                raise Gone from failure
            if not data:
                raise Gone
            self._buffer += data

    def has_more(self) -> bool:
        """Return True if bytes of the next request have been read already."""
        return bool(self._buffer)

    def refuse_more(self) -> None:
        """Make httpd send the next request elsewhere. What has come can still be read."""
        try:
            self._socket.shutdown(socket.SHUT_RD)
        except OSError:
            pass  # it is closed already

    def close(self) -> None:
        self._socket.close()

    def _exactly(self, size: int) -> bytes:
        data, self._buffer = self._buffer[:size], self._buffer[size:]
        while len(data) < size:
            data += self._more(size - len(data), socket.MSG_WAITALL)
        return data

    def _receive_into(self, place: memoryview) -> None:
        at = min(len(self._buffer), len(place))
        place[:at] = self._buffer[:at]
        self._buffer = self._buffer[at:]
        try:
            while at < len(place):
                came = self._socket.recv_into(place[at:], 0, socket.MSG_WAITALL)
                if not came:
                    raise Gone
                at += came
        except OSError as failure:
            raise Gone from failure

    def _more(self, size: int = 65536, flags: int = 0) -> bytes:
        try:
            data = self._socket.recv(size, flags)
        except OSError as failure:
            raise Gone from failure
        if not data:
            raise Gone
        return data
