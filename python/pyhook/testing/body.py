"""The two bodies of a fake request: what the client sent, and what the handler answers."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Awaitable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from ..errors import BodyError
from ..loops import pieces_of
from .headers import Headers

Given = TypeVar("Given")


def body_bytes(data: object) -> bytes:
    """A body, or a piece of it: bytes, anything with a buffer of them, or text as UTF-8.

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
    """Reading methods over the bytes given to `FakeRequest(body=…)`."""

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
        """Up to `size` bytes, all that is left by default; b"" at the end.

        `BodyError` (413) if the body is longer than `limit_request_body`; so for every method here.
        """
        return self._readable().read(size)

    def readline(self, size: int = -1) -> bytes:
        """One line with its line end, `size` bytes at most."""
        return self._readable().readline(size)

    def readlines(self, hint: int = -1) -> list[bytes]:
        """The lines that are left; no further ones once `hint` bytes were read."""
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
        """As `read`, for coroutines."""
        return _given(self.read(size))

    def aread1(self) -> Awaitable[bytes]:
        """For coroutines: what is left, 64 KB at most; b"" at the end."""
        return _given(self.read(65536))

    def __aiter__(self) -> AsyncIterator[bytes]:
        self._check()
        return pieces_of(self)

    def discard_request_body(self) -> None:
        """Read and forget what is left."""
        self.read()


class ResponseBody:
    """Writing methods that gather what a client would receive in `response_body`."""

    _output: bytearray
    _fields: dict[str, Any]

    @property
    def headers_out(self) -> Headers:
        raise NotImplementedError

    def _check(self) -> None:
        raise NotImplementedError

    def _check_incomplete(self) -> None:
        raise NotImplementedError

    @property
    def response_body(self) -> bytes:
        """Everything written so far; still there after the end of the request."""
        return bytes(self._output)

    def write(self, data: bytes | str) -> None:
        """Append to the response. `TypeError` for anything but bytes and str.

        `ConnectionError` once the response is complete; so for every method here that sends.
        """
        self._check_incomplete()
        chunk = body_bytes(data)
        self._output += chunk
        self._fields["bytes_sent"] += len(chunk)

    def awrite(self, data: bytes | str) -> Awaitable[None]:
        """As `write`, for coroutines."""
        self.write(data)
        return _given(None)

    def flush(self) -> None:
        """Nothing waits here."""
        self._check_incomplete()

    def sendfile(self, path: str, offset: int = 0, length: int = -1) -> int:
        """Append (part of) a real file; return the number of bytes.

        `OSError` if it can't be read, `ValueError` for a part that it does not have.
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
        """Set `Content-Length`, in bytes. `ValueError` if it is negative."""
        self._check()
        if length < 0:
            raise ValueError("a length is not negative")
        self.headers_out["Content-Length"] = str(length)
