"""Runs a filter over chunks, as httpd does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from ..errors import RequestEnded
from ..filters import as_generator, line_that_ignores
from ..records.body import body_bytes
from .connection import FakeConnection
from .request import FakeRequest

if TYPE_CHECKING:
    from ..handlers import FilterStream


class FakeFilter:
    """Fake of `pyhook.Filter`; with only a `connection` it is the stream of a connection filter."""

    def __init__(
        self,
        request: FakeRequest | None = None,
        name: str = "TEST",
        *,
        is_input: bool = False,
        connection: FakeConnection | None = None,
    ) -> None:
        self._request = request if request or connection else FakeRequest()
        self._connection = connection or (self._request.connection if self._request else FakeConnection())
        self._name, self._is_input = name, is_input
        self._has_begun = self._has_taken = self._has_declined = self._has_ended_early = self._ended = False

    def _check(self) -> None:
        if self._ended:
            raise RequestEnded("the Filter has ended")

    @property
    def ended(self) -> bool:
        """True once the stream has ended; never raises."""
        return self._ended

    @property
    def name(self) -> str:
        """The name that the directive gave it."""
        self._check()
        return self._name

    @property
    def is_input(self) -> bool:
        """Does it filter what the client sends?"""
        self._check()
        return self._is_input

    @property
    def request(self) -> FakeRequest:
        """The request whose body passes; `RuntimeError` in a connection filter."""
        self._check()
        if self._request is None:
            raise RuntimeError("a connection filter serves no single request: use f.connection")
        return self._request

    @property
    def connection(self) -> FakeConnection:
        """The client's connection."""
        self._check()
        return self._connection

    def decline(self) -> None:
        """Leave the stream unchanged. Raises `RuntimeError` after any output, or after a second chunk."""
        self._check()
        if self._has_begun or self._has_taken:
            raise RuntimeError("too late to decline: only before the first output, with the first chunk in hand")
        self._has_declined = True

    def end(self) -> None:
        """End the stream after the next output."""
        self._check()
        self._has_ended_early = True


def run_filter(
    filter: Callable[..., Any],
    chunks: Iterable[bytes],
    *,
    request: FakeRequest | None = None,
    connection: FakeConnection | None = None,
    name: str = "TEST",
    is_input: bool = False,
) -> bytes:
    """Return the output of a filter for these `chunks`, followed by the end of the stream.

    `filter` is any callable that a directive may name: a generator function, a function from bytes to bytes, or a
    class. With only a `connection` it is run as a connection filter. Raises `TypeError` for chunks that are no list and
    for output that is no body. An exception of the filter reaches the caller.
    """
    if isinstance(chunks, (bytes, bytearray, str)):
        raise TypeError(f"the chunks of a body are a list of bytes, as in [b'...'], not {type(chunks).__name__}")
    f = FakeFilter(request, name, is_input=is_input, connection=connection)
    running = as_generator(filter)(f)
    try:
        return b"".join(_stream(f, running, iter([chunk for chunk in chunks if chunk])))
    finally:
        running.close()
        f._ended = True


def _stream(f: FakeFilter, running: FilterStream, rest: Iterator[bytes]) -> Iterator[bytes]:
    in_hand: bytes | None = None
    try:
        yield _output(f, next(running))
        while not f._has_declined and not f._has_ended_early:
            in_hand = next(rest, None)
            ignores = line_that_ignores(running) if in_hand is not None else 0
            output = _output(f, running.send(in_hand))
            if ignores and not f._has_declined and not f._has_ended_early:
                raise RuntimeError(f"a chunk is lost: nothing takes the value of the yield in line {ignores}")
            yield output
            if in_hand is None:  # After the end it may yield more than once.
                while True:
                    yield _output(f, next(running))
            f._has_taken = not f._has_declined
            in_hand = in_hand if f._has_declined else None
    except StopIteration:
        pass
    if in_hand is not None:
        yield in_hand
    if not f._has_ended_early:
        yield from rest


def _output(f: FakeFilter, answer: object) -> bytes:
    output = b"" if answer is None else body_bytes(answer)
    if output and f._has_declined:
        raise RuntimeError("a filter that has declined has no output")
    f._has_begun = f._has_begun or bool(output)
    return output
