"""The two bodies of a fake request: what it reads, and where its response goes."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Awaitable
from typing import Any, TypeVar

from ..errors import BodyError
from ..loops import pieces_of
from ..records.body import RequestBody, ResponseBody, body_bytes
from .pieces import Pieces

Given = TypeVar("Given")


async def _given(value: Given) -> Given:
    return value


class FakeBodies(RequestBody, ResponseBody):
    """Reads `FakeRequest(body=…)`, and collects the client's part in `response_body`."""

    _input: io.BytesIO
    _output: bytearray
    _fields: dict[str, Any]
    _complete: bool
    _is_on_loop = False
    """Does a coroutine of the handler run, which must not block?"""
    _unread: Pieces | None = None
    """Where `stream` takes the pieces from."""

    def _check_may_block(self) -> None:
        if self._is_on_loop:
            raise RuntimeError(
                "a coroutine does not wait for its client like this: the event loop would stand still; "
                "await aread() or awrite(), or call it from a plain handler"
            )

    def _readable(self) -> io.BytesIO:
        self._check_may_block()
        return self._received()

    def _received(self) -> io.BytesIO:
        self._check()
        limit = self._fields["limit_request_body"]
        if limit and len(self._input.getbuffer()) > limit:
            self._complete, self._fields["status"] = True, 413
            raise BodyError(413, f"the body is longer than {limit} bytes")
        return self._input

    def aread(self, size: int = -1) -> Awaitable[bytes]:
        """`read` for coroutines."""
        return _given(self._received().read(size))

    def aread1(self) -> Awaitable[bytes]:
        """Return the next bytes, for coroutines: at most 64 KB; b"" at the end."""
        return _given(self._received().read(65536))

    def __aiter__(self) -> AsyncIterator[bytes]:
        self._check()
        return pieces_of(self)

    @property
    def response_body(self) -> bytes:
        """Everything written so far; it is still there after the end of the request."""
        return bytes(self._output)

    def _send(self, chunk: bytes) -> None:
        self._check_may_block()
        self._append(chunk)

    def _flush(self) -> None:
        self._check_may_block()

    def _append(self, chunk: bytes) -> None:
        self._output += chunk
        if self._unread is not None:
            self._unread.put(chunk)

    def awrite(self, data: bytes | str) -> Awaitable[None]:
        """`write` for coroutines. A reader of `stream` that does not read is waited for."""
        self._check_incomplete()
        chunk = body_bytes(data)
        self._append(chunk)
        self._count(len(chunk))
        return _given(None) if self._unread is None else self._unread.room()
