"""The start of a request's task: a request whose task is cancelled before it begins does not wait for ever, and what an
application does while the task is made has its place.
"""

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


class OwnLoop(asyncio.SelectorEventLoop):
    """Code of the application runs while a task is made, as a `__del__` may that the garbage collector calls."""

    def __init__(self) -> None:
        super().__init__()
        self.is_nested = False
        self.done: list[str] = []

    def create_task(self, *arguments: Any, **named: Any) -> Any:
        if self.is_nested:
            return super().create_task(*arguments, **named)
        self.is_nested = True
        self.call_soon(self.done.append, "called before")
        self.other = self.create_task(self.run("a task"))
        task = super().create_task(*arguments, **named)
        self.call_soon(self.done.append, "called behind")
        self.is_nested = False
        return task

    async def run(self, name: str) -> None:
        self.done.append(name)


def test_what_is_scheduled_while_a_task_is_made_runs() -> None:
    loop = OwnLoop()

    def take() -> None:
        loop.call_later(0, loop.stop)
        loops.start(Exchange(None), loop.run("the request"))
        loops.take_first_steps()
        loop.done.append("taken")

    loop.call_soon(take)
    loop.run_forever()
    loop.close()
    assert loop.done == ["the request", "taken", "called before", "a task", "called behind"]
