"""Runs an output filter over chunks, as httpd passes them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator, Iterable
from typing import Any

from .body import body_bytes
from .request import FakeRequest


class FakeFilter:
    """What a filter is told about itself: its `name` and the request, `req`."""

    def __init__(self, req: FakeRequest | None = None, name: str = "TEST") -> None:
        self._req, self._name = req or FakeRequest(), name

    @property
    def name(self) -> str:
        """The name the configuration gave it."""
        return self._name

    @property
    def req(self) -> FakeRequest:
        """The request whose body passes through."""
        return self._req


def run_filter(
    filter: Callable[..., Any], chunks: Iterable[bytes], *, request: FakeRequest | None = None, name: str = "TEST"
) -> bytes:
    """What comes out of a filter when `chunks` go in, followed by the end of the stream.

    `filter` is a generator function, a function from bytes to bytes, or a class whose instances are either.
    A generator that returns early lets the rest pass unchanged. `TypeError` for output that is no body.
    """
    if isinstance(filter, type):
        filter = filter()
    if not inspect.isgeneratorfunction(filter) and not inspect.isgeneratorfunction(getattr(filter, "__call__", None)):
        return b"".join(_output(filter(chunk)) for chunk in chunks)
    return b"".join(_stream(filter(FakeFilter(request, name)), chunks))


def _stream(running: Generator[Any, bytes | None, None], chunks: Iterable[bytes]) -> Iterable[bytes]:
    rest = iter(chunks)
    try:
        yield _output(next(running))
        for chunk in rest:
            yield _output(running.send(chunk))
        # After the end it may have more to say than one answer.
        yield _output(running.send(None))
        for last in running:
            yield _output(last)
    except StopIteration:
        yield from rest
    finally:
        running.close()


def _output(answer: object) -> bytes:
    return b"" if answer is None else body_bytes(answer)
