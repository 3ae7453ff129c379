"""The event loop of pyhook.loops when it is to stop: what is handed over until it has closed is taken."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import Any

from pyhook import loops


class Exchange:
    """A request whose task waits for `read`, and does not let itself be cancelled before that."""

    read: asyncio.Future[bytes]

    def __init__(self, wake: int) -> None:
        self.wake = wake
        self.result: object = None

    def enter(self) -> Any:
        os.write(self.wake, b"1")
        return None

    def cancelled(self) -> str | None:
        return "stopping"

    def write(self, data: bytes | str) -> Any:
        raise NotImplementedError

    def finish(self, result: object) -> None:
        self.result = result

    def fail(self, exception: BaseException) -> None:
        self.result = exception


class Inbox:
    """Stops the loop while a body is being read, which comes when all tasks are being cancelled."""

    def __init__(self, descriptor: int, sockets: int, exchange: Exchange) -> None:
        self.descriptor = descriptor
        self.silent = sockets
        self.exchange = exchange
        self.taken = 0

    def fileno(self) -> int:
        return self.descriptor

    def sockets(self) -> int:
        return self.silent

    def hear(self) -> bool:
        raise NotImplementedError

    def prepare(self, loop: asyncio.AbstractEventLoop, begin: Callable[[Any, Any], object]) -> None:
        self.create_future, self.begin = loop.create_future, begin
        os.write(self.exchange.wake, b"1")

    def go_on(self) -> None:
        pass

    def take(self) -> bool:
        os.read(self.descriptor, 1)
        self.taken += 1
        if self.taken == 1:
            self.exchange.read = self.create_future()
            self.begin(self.exchange, reads(self.exchange))
        if self.taken == 3:
            self.exchange.read.set_result(b"body")
        return self.taken == 1

    def watch(self) -> bool:
        return False

    def cancel_all(self) -> None:
        os.write(self.exchange.wake, b"1")


async def reads(exchange: Exchange) -> bytes:
    while not exchange.read.done():
        try:
            await asyncio.wait((exchange.read,))
        except asyncio.CancelledError:
            pass
    return exchange.read.result()


def test_what_is_busy_when_the_loop_stops_is_settled() -> None:
    descriptors = os.pipe() + os.pipe()
    descriptor, wake, silent, _ = descriptors
    exchange = Exchange(wake)
    inbox = Inbox(descriptor, silent, exchange)
    try:
        loops.run(inbox)
    finally:
        for each in descriptors:
            os.close(each)
    assert exchange.result == b"body"
    assert inbox.taken == 3
