"""Reads a multipart/form-data body (RFC 7578) piece by piece."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Protocol

    class Sink(Protocol):
        """Where the content of a part goes."""

        def write(self, data: bytes, /) -> object: ...


PIECE = 65536
LONGEST_HEAD = 65536

_PARAMETER = re.compile(r';\s*([\w!#$&+.^`|~*-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;"]*)')


class MalformedBody(ValueError):
    """The body is not what its Content-Type says."""


def options_of(header: str) -> tuple[str, dict[str, str]]:
    """Take the value of Content-Type or Content-Disposition apart. Browsers quote names with percent signs, not with
    backslashes, which stand in old file names.
    """
    value, semicolon, rest = header.partition(";")
    options = {}
    for name, quoted in _PARAMETER.findall(semicolon + rest):
        options[name.lower()] = quoted[1:-1].replace('\\"', '"') if quoted.startswith('"') else quoted.strip()
    return value.strip().lower(), options


class Body:
    """The bytes that have come but belong to no part yet."""

    def __init__(self, read: Callable[[int], bytes], boundary: bytes) -> None:
        self._read = read
        self._mark = b"\r\n--" + boundary
        self._held = b"\r\n"  # so that the first boundary looks like the others

    def _more(self) -> None:
        piece = self._read(PIECE)
        if not piece:
            raise MalformedBody("the body ends before its last boundary")
        self._held += piece

    def copy_until_boundary(self, sink: Sink | None) -> None:
        """Give the sink what comes before the next boundary."""
        while True:
            at = self._held.find(self._mark)
            keep = len(self._mark) - 1
            ready = at if at >= 0 else max(0, len(self._held) - keep)
            if sink is not None and ready:
                sink.write(self._held[:ready])
            self._held = self._held[ready:]
            if at >= 0:
                self._held = self._held[len(self._mark) :]
                return
            self._more()

    def is_last(self) -> bool:
        """Was that the last boundary? Otherwise its line has been passed."""
        while len(self._held) < 2:
            self._more()
        if self._held.startswith(b"--"):
            return True
        self._until(b"\r\n")
        return False

    def _until(self, end: bytes) -> bytes:
        while (at := self._held.find(end)) < 0:
            if len(self._held) > LONGEST_HEAD:
                raise MalformedBody("the head of a part is too long")
            self._more()
        found, self._held = self._held[:at], self._held[at + len(end) :]
        return found

    def headers(self) -> dict[str, str]:
        """Read the head of a part, whose names are given in lower case."""
        while len(self._held) < 2:
            self._more()
        if self._held.startswith(b"\r\n"):
            self._held = self._held[2:]
            return {}
        text = self._until(b"\r\n\r\n").decode("utf-8", "surrogateescape")
        lines = re.sub(r"\r\n[ \t]+", " ", text).split("\r\n")
        pairs = (line.partition(":") for line in lines)
        return {name.strip().lower(): value.strip() for name, _, value in pairs}


def parts_of(
    read: Callable[[int], bytes], boundary: bytes, sink_for: Callable[[dict[str, str]], Sink]
) -> Iterator[tuple[dict[str, str], Sink]]:
    """Give the head of each part, and the sink when its content is there. Raises `MalformedBody`."""
    if not boundary:
        raise MalformedBody("the Content-Type names no boundary")
    body = Body(read, boundary)
    body.copy_until_boundary(None)
    while not body.is_last():
        headers = body.headers()
        sink = sink_for(headers)
        body.copy_until_boundary(sink)
        yield headers, sink
    while read(PIECE):
        pass  # what follows the last boundary means nothing
