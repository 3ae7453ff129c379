"""What a content handler answers: what it has set, and the body, on their way to httpd."""

from __future__ import annotations

import os

from ..records.body import body_bytes
from ..records.field import rows_of
from ..records.headers import field_value
from . import frames
from .request import SENT, VARIABLES
from .response import Response

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..errors import HTTPError
    from .clock import Clock
    from .request import Request

MUCH = 64 * 1024
"""When so much has been written, it goes out. Less waits for the end or `flush`, as in httpd."""

_MOST_FILES = 16
"""httpd takes no more open files for one request."""


class Answer(Response):
    """Sends frames. What was set goes before the part of the body that follows it."""

    def __init__(self, connection: frames.Connection, clock: Clock) -> None:
        super().__init__(connection, clock)
        self._request: Request | None = None
        self._known: dict[str, Any] = {}
        self._waiting: list[bytes] = []
        self._size = 0
        self._files = 0
        self._has_begun = False

    def begin(self, request: Request) -> None:
        """From now on changes of this request are noted."""
        self._request = request
        self._known = _state_of(request)

    def check_open(self) -> None:
        """Raise `ConnectionAbortedError` if nothing can be sent any more."""
        if self._connection is None or self._has_ended:
            raise ConnectionAbortedError("the response is complete already")

    def add(self, chunk: bytes) -> None:
        """Take a piece of the body."""
        self.add_last(chunk)
        if self._size >= MUCH:
            self.flush()

    def add_last(self, chunk: bytes) -> None:
        """Take a piece after which there is none."""
        if chunk:
            self._waiting.append(chunk)
            self._size += len(chunk)

    def flush(self) -> None:
        """Send what waits, and the head before it. Raises `ConnectionAbortedError` if the client has gone."""
        if self._size or not self._has_begun:
            self._send(self._changes(), *(_pieces(self._take()) or [frames.pack(frames.DATA)]))

    def send_file(self, descriptor: int, offset: int, length: int) -> None:
        """Let httpd send a part of an open file. Of further files than it takes, send the bytes."""
        self._send(self._changes(), *_pieces(self._take()))
        assert self._connection is not None
        self._files += 1
        if self._files > _MOST_FILES:
            return self._copy(descriptor, offset, length)
        try:
            with self._clock.stopped():
                self._connection.send_file(descriptor, offset, length)
        except frames.Gone:
            self._lose()

    def _copy(self, descriptor: int, offset: int, length: int) -> None:
        end = offset + length
        while offset < end:
            piece = os.pread(descriptor, min(end - offset, frames.PIECE), offset)
            if not piece:
                raise OSError("the file has become shorter while it is sent")
            self._send(frames.pack(frames.DATA, piece))
            offset += len(piece)

    def end(self, status: int) -> None:
        """Send the end, with what waits unless an error or another handler answers instead."""
        body = self._take() if status == 0 else b""
        if len(body) > frames.PIECE and not self._has_begun:
            self._announce(len(body))
        if self._is_head() and len(body) > frames.PIECE:
            body = b""  # httpd has the length
        while len(body) > frames.PIECE:
            self._send(self._changes(), frames.pack(frames.DATA, body[: frames.PIECE]))
            body = body[frames.PIECE :]
        self._end_with(self._changes() + frames.result(status, body))

    def refuse(self, error: HTTPError) -> None:
        """Send the status, headers and body of an HTTPError."""
        assert self._request is not None
        if not 300 <= error.status <= 599:
            raise ValueError(f"an HTTPError has a status from 300 to 599, not {error.status}")
        page = b"" if error.body is None else _page(error.status, body_bytes(error.body), error.content_type)
        self._request.err_headers_out.update(error.headers)
        self._end_with(self._changes() + page + frames.result(error.status))

    def _is_head(self) -> bool:
        return self._request is not None and self._request.header_only

    def _announce(self, size: int) -> None:
        """Set the length of a whole body, unless the handler has. httpd does so if a body comes at once."""
        assert self._request is not None
        self._request.headers_out.setdefault("Content-Length", str(size))

    def _take(self) -> bytes:
        taken = b"".join(self._waiting)
        self._waiting.clear()
        self._size = 0
        return taken

    def _send(self, *parts: bytes) -> None:
        self.check_open()
        assert self._connection is not None
        self._has_begun = True
        try:
            with self._clock.stopped():
                for part in parts:
                    if part:
                        self._connection.send(part)
        except frames.Gone:
            self._lose()

    def _lose(self) -> None:
        self._has_ended = True
        raise ConnectionAbortedError("the response can't be sent: the client has gone") from None

    def _changes(self) -> bytes:
        """Return the frames of what has been set since the last time."""
        request = self._request
        if request is None:
            return b""
        state = _state_of(request)
        words = [word for name, value in state.items() if value != self._known[name] for word in self._words(name, value)]
        self._known = state
        return _set_frames(words)

    def _words(self, name: str, value: Any) -> list[list[str]]:
        """Return the words of a change; of a table, of each entry that is another one."""
        if name not in SENT:
            return [[name, *_texts(name, value)]]
        before, now = _entries(self._known[name]), _entries(value)
        names = {**before, **now}
        return [
            [name, names[key][0], *now.get(key, ("",))[1:]]
            for key in names
            if before.get(key) != now.get(key) and (name != "subprocess_env" or names[key][0] in VARIABLES)
        ]


def _page(status: int, body: bytes, content_type: str | None) -> bytes:
    """Return the frame of the body of an error."""
    field_value(content_type)
    words = f"{status}\0{content_type or ''}\0".encode("utf-8", "surrogateescape")
    if len(words) + len(body) > frames.MOST:
        raise ValueError(f"the body of an HTTPError has at most {frames.MOST} bytes in processes")
    return frames.pack(frames.PAGE, words + body)


def _state_of(request: Request) -> dict[str, Any]:
    """Return all that may be set in httpd."""
    state: dict[str, Any] = {name: request._fields[name] for name, row in rows_of(type(request)).items() if row.writable}
    state.update((name, tuple(request._tables[name]._rows)) for name in SENT)
    return state


def _texts(name: str, value: Any) -> list[str]:
    if value is None:
        return []
    if isinstance(value, list):
        return value
    if name == "mtime":
        return [str(int(value * 1e6))]
    return [str(int(value)) if isinstance(value, (bool, int)) else value]


def _entries(rows: tuple[tuple[str, str], ...]) -> dict[str, list[str]]:
    """Return by its name in small letters the name of each entry, and its values."""
    entries: dict[str, list[str]] = {}
    for name, value in rows:
        entries.setdefault(name.lower(), [name]).append(value)
    return entries


def _set_frames(changes: list[list[str]]) -> bytes:
    """Return the frames of changes. Raises `ValueError` if one does not fit into a frame."""
    payloads = [b""]
    for name, *values in changes:
        words = "\0".join((name, str(len(values)), *values, "")).encode("utf-8", "surrogateescape")
        if len(words) > frames.MOST:
            raise ValueError(f"{name} is longer than {frames.MOST} bytes, which a process can send")
        if len(payloads[-1]) + len(words) > frames.MOST:
            payloads.append(b"")
        payloads[-1] += words
    return b"".join(frames.pack(frames.SET, payload) for payload in payloads if payload)


def _pieces(body: bytes) -> list[bytes]:
    """Return the frames of a part of the body, none of them too long."""
    return [frames.pack(frames.DATA, body[start : start + frames.PIECE]) for start in range(0, len(body), frames.PIECE)]
