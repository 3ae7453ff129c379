"""A task that is cancelled before its first step: its request does not wait for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest

from pyhook import HTTPError, asgi, loops


class Exchange:
    def __init__(self, why: str | None) -> None:
        self.why = why
        self.failures: list[BaseException] = []

    def enter(self) -> Any:
        raise AssertionError("the task has begun")

    def cancelled(self) -> str | None:
        return self.why

    def fail(self, exception: BaseException) -> None:
        self.failures.append(exception)


async def handler() -> str:
    raise AssertionError("the handler has begun")


async def application(scope: Any, receive: Any, send: Any) -> None:
    raise AssertionError("the application has begun")


def of_handler(exchange: Exchange) -> None:
    serving = loops._Serving(asyncio.get_running_loop(), cast("loops.Inbox", None))
    assert serving.begin(cast("loops.Exchange", exchange), handler())()


def of_application(exchange: Exchange) -> None:
    asgi.begin(cast("asgi.HTTPExchange", exchange), application, {"type": "http"})
    cancel_all()


def of_websocket(exchange: Exchange) -> None:
    asgi.begin_websocket(cast("asgi.WebSocketExchange", exchange), application, {"type": "websocket"})
    cancel_all()


def cancel_all() -> None:
    """As an application may do, and as the end of the loop does."""
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()


@pytest.mark.parametrize("begin", [of_handler, of_application, of_websocket])
@pytest.mark.parametrize(
    ("why", "failure"), [("gone", ConnectionAbortedError), ("stopping", HTTPError), (None, asyncio.CancelledError)]
)
def test_a_task_that_never_began_is_answered(
    begin: Callable[[Exchange], None], why: str | None, failure: type[BaseException]
) -> None:
    async def main() -> None:
        begin(exchange)
        for _ in range(3):
            await asyncio.sleep(0)

    exchange = Exchange(why)
    asyncio.run(main())
    assert [type(each) for each in exchange.failures] == [failure]
