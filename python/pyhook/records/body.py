"""The two bodies of a request: the one from the client, and the response."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from typing import Any

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO, Protocol

    from .headers import Headers

    class Readable(Protocol):
        """The body of a request as a file."""

        def read(self, size: int = -1, /) -> bytes: ...
        def readline(self, size: int = -1, /) -> bytes: ...
        def readlines(self, hint: int = -1, /) -> list[bytes]: ...


def body_bytes(data: object) -> bytes:
    """Return a body, or a piece of it, as bytes. It may be bytes, any buffer of bytes, or text, which becomes UTF-8.

    Raises `TypeError` for another type and `UnicodeEncodeError` for text with surrogates.
    """
    if isinstance(data, str):
        return data.encode()
    if isinstance(data, (bytes, bytearray, memoryview)):
        return bytes(data)
    raise TypeError(f"a body is bytes or str, not {type(data).__name__}: {data!r}")


class RequestBody:
    """Methods that read what the client sends."""

    def _check(self) -> None:
        raise NotImplementedError

    def _readable(self) -> Readable:
        """Return the body. Raises `RequestEnded`."""
        raise NotImplementedError

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

    def discard_request_body(self) -> None:
        """Read the rest and throw it away."""
        while self._readable().read(65536):
            pass


class ResponseBody:
    """Methods that write the response."""

    _fields: dict[str, Any]

    @property
    def headers_out(self) -> Headers:
        raise NotImplementedError

    def _check(self) -> None:
        raise NotImplementedError

    def _check_incomplete(self) -> None:
        """Raise an exception if nothing may be sent any more."""
        raise NotImplementedError

    def _send(self, chunk: bytes) -> None:
        """Send bytes, or let them wait for more."""
        raise NotImplementedError

    def _flush(self) -> None:
        """Send what waits."""

    def _send_file(self, file: BinaryIO, offset: int, length: int) -> None:
        """Send a part of a file that is open."""
        file.seek(offset)
        self._send(file.read(length))

    def _count(self, size: int) -> None:
        if not self._fields["header_only"]:
            self._fields["bytes_sent"] += size

    def write(self, data: bytes | str) -> None:
        """Append to the response. Raises `TypeError` for anything but bytes and str.

        Like every method here that sends, it raises `ConnectionError` once the response is complete.
        """
        self._check_incomplete()
        chunk = body_bytes(data)
        self._send(chunk)
        self._count(len(chunk))

    def flush(self) -> None:
        """Send what has been written so far."""
        self._check_incomplete()
        self._flush()

    def sendfile(self, path: str, offset: int = 0, length: int = -1) -> int:
        """Send a real file or a part of it; return the number of bytes.

        Raises `OSError` if the file cannot be read, `ValueError` for a part that it does not have.
        """
        self._check_incomplete()
        with open(path, "rb", opener=_open_at_once) as file:
            known = os.fstat(file.fileno())
            if not stat.S_ISREG(known.st_mode):
                raise OSError(f"{path!r} is no regular file")
            end = known.st_size if length < 0 else offset + length
            if offset < 0 or not offset <= end <= known.st_size:
                raise ValueError(f"the file has {known.st_size} bytes")
            self._send_file(file, offset, end - offset)
        self._count(end - offset)
        return end - offset

    def set_content_length(self, length: int) -> None:
        """Set `Content-Length`, in bytes. Raises `ValueError` if it is negative."""
        self._check()
        if length < 0:
            raise ValueError("a length is not negative")
        self.headers_out["Content-Length"] = str(length)


def _open_at_once(path: str, flags: int) -> int:
    """Open a pipe without waiting for its other end."""
    return os.open(path, flags | os.O_NONBLOCK)
