"""The two bodies of a fake request: the one from the client, and the response."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Awaitable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from ..errors import BodyError
from ..loops import pieces_of
from .headers import Headers
from .pieces import Pieces

Given = TypeVar("Given")


def body_bytes(data: object) -> bytes:
    """Return a body, or a piece of it, as bytes. It may be bytes, any buffer of bytes, or text, which becomes UTF-8.

    Raises `TypeError` for another type and `UnicodeEncodeError` for text with surrogates.
    """
    if isinstance(data, str):
        return data.encode()
    if isinstance(data, (bytes, bytearray, memoryview)):
        return bytes(data)
    raise TypeError(f"a body is bytes or str, not {type(data).__name__}: {data!r}")


async def _given(value: Given) -> Given:
    return value


class RequestBody:
    """Methods that read the bytes of `FakeRequest(body=…)`."""

    _input: io.BytesIO
    _fields: dict[str, Any]
    _complete: bool

    def _check(self) -> None:
        raise NotImplementedError

    def _readable(self) -> io.BytesIO:
        self._check()
        limit = self._fields["limit_request_body"]
        if limit and len(self._input.getbuffer()) > limit:
            self._complete, self._fields["status"] = True, 413
            raise BodyError(413, f"the body is longer than {limit} bytes")
        return self._input

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes, by default all that are left; b"" at the end.

        Like every method here, it raises `BodyError` (413) if the body is longer than `limit_request_body`.
        """
        return self._readable().read(size)

    def readline(self, size: int = -1) -> bytes:
        """Return one line with its line end, at most `size` bytes."""
        return self._readable().readline(size)

    def readlines(self, hint: int = -1) -> list[bytes]:
        """Return the lines that are left; stop once `hint` bytes were read."""
        return self._readable().readlines(hint)

    def __iter__(self) -> Iterator[bytes]:
        self._check()
        return self

    def __next__(self) -> bytes:
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    def aread(self, size: int = -1) -> Awaitable[bytes]:
        """`read` for coroutines."""
        return _given(self.read(size))

    def aread1(self) -> Awaitable[bytes]:
        """Return the next bytes, for coroutines: at most 64 KB; b"" at the end."""
        return _given(self.read(65536))

    def __aiter__(self) -> AsyncIterator[bytes]:
        self._check()
        return pieces_of(self)

    def discard_request_body(self) -> None:
        """Read the rest and throw it away."""
        self.read()


class ResponseBody:
    """Methods that write; they collect the client's part in `response_body`."""

    _output: bytearray
    _fields: dict[str, Any]
    _unread: Pieces | None = None
    """Where `stream` takes the pieces from."""

    @property
    def headers_out(self) -> Headers:
        raise NotImplementedError

    def _check(self) -> None:
        raise NotImplementedError

    def _check_incomplete(self) -> None:
        raise NotImplementedError

    @property
    def response_body(self) -> bytes:
        """Everything written so far; it is still there after the end of the request."""
        return bytes(self._output)

    def write(self, data: bytes | str) -> None:
        """Append to the response. Raises `TypeError` for anything but bytes and str.

        Like every method here that sends, it raises `ConnectionError` once the response is complete.
        """
        self._check_incomplete()
        chunk = body_bytes(data)
        self._output += chunk
        self._fields["bytes_sent"] += len(chunk)
        if self._unread is not None:
            self._unread.put(chunk)

    def awrite(self, data: bytes | str) -> Awaitable[None]:
        """`write` for coroutines. A reader of `stream` that does not read is waited for."""
        self.write(data)
        return _given(None) if self._unread is None else self._unread.room()

    def flush(self) -> None:
        """Do nothing: no data waits here."""
        self._check_incomplete()

    def sendfile(self, path: str, offset: int = 0, length: int = -1) -> int:
        """Append a real file or a part of it; return the number of bytes.

        Raises `OSError` if the file cannot be read, `ValueError` for a part that it does not have.
        """
        self._check_incomplete()
        whole = Path(path).read_bytes()
        end = len(whole) if length < 0 else offset + length
        if offset < 0 or not offset <= end <= len(whole):
            raise ValueError(f"the file has {len(whole)} bytes")
        chunk = whole[offset:end]
        self.write(chunk)
        return len(chunk)

    def set_content_length(self, length: int) -> None:
        """Set `Content-Length`, in bytes. Raises `ValueError` if it is negative."""
        self._check()
        if length < 0:
            raise ValueError("a length is not negative")
        self.headers_out["Content-Length"] = str(length)
