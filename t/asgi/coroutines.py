"""Coroutine handlers: how they answer, read, write and raise."""

import asyncio
import contextvars
import os
import threading
from collections.abc import AsyncIterator
from typing import Any

import pyhook
from pyhook import HTTPError, Request

together = 0
most_together = 0
ended: list[str] = []
mark: contextvars.ContextVar[str] = contextvars.ContextVar("mark", default="unset")


async def answer(req: Request) -> object:
    """Return the value that the query names."""
    await asyncio.sleep(0)
    answers = {"bytes": b"bytes", "text": "text", "none": None, "status": 201, "refused": 403, "pieces": iter([b"a", b"b"])}
    answers |= {"large": b"x" * 100_000, "no_text": "\udcff"}
    return answers[req.args or "none"]


class Pages:
    def __init__(self) -> None:
        self.title = "of an object"

    async def show(self, req: Request) -> str:
        return self.title


async def number(req: Request) -> object:
    return 3.5


async def fails(req: Request) -> bytes:
    await asyncio.sleep(0)
    if req.args == "http":
        raise HTTPError(451, "not here", headers={"X-Why": "law"})
    raise LookupError("nothing found")


async def page(req: Request) -> None:
    part = '<!--#include virtual="/coroutine/written"-->'
    req.content_type = "text/html"
    await req.awrite(f"A {part} ")
    await asyncio.sleep(0)
    await req.awrite(f"B {part} ")
    await req.awrite("C")


async def meet(req: Request) -> str:
    """All requests wait for each other, which needs a loop but not a thread for each."""
    global together, most_together
    together += 1
    most_together = max(most_together, together)
    while most_together < int(req.args or 1):
        await asyncio.sleep(0.01)
    together -= 1
    return str(most_together)


async def echo(req: Request) -> bytes:
    return await req.aread()


async def parts(req: Request) -> str:
    first = await req.aread(5)
    rest = 0
    async for piece in req:
        rest += len(piece)
    return f"{first!r} {rest} {await req.aread()!r} {await req.aread1()!r}"


def standing() -> tuple[object, ...]:
    return threading.get_ident(), asyncio.get_running_loop(), asyncio.current_task(), pyhook.current_request()


async def steps(req: Request) -> str:
    """What holds in the first step, and in one after it. After `?factory` a task factory makes the next request's task."""
    order = ["before"]
    first = standing()
    asyncio.create_task(note(order))
    assert order == ["before"], "a new task does not run inside the one that makes it"
    await asyncio.sleep(0)
    loop = asyncio.get_running_loop()
    loop.set_task_factory(make_task if req.args == "factory" else None)
    return f"{order[0]} {standing() == first} {order[1]}"


def make_task(loop: asyncio.AbstractEventLoop, coroutine: Any, **more: Any) -> asyncio.Task[object]:
    return asyncio.Task(coroutine, loop=loop, **more)


async def note(order: list[str]) -> None:
    order.append("later")


async def written(req: Request) -> None:
    req.content_type = "text/plain"
    await req.awrite(b"one ")
    await req.awrite("two")


async def ticks(req: Request) -> AsyncIterator[str]:
    for number in range(3):
        yield f"tick {number}\n"
        await asyncio.sleep(0)


async def breaks(req: Request) -> AsyncIterator[bytes]:
    yield b"begun"
    raise LookupError("in the middle")


async def late(req: Request) -> int:
    await req.awrite(b"begun")
    return 404


def plainly_late(req: Request) -> int:
    req.write(b"begun")
    req.flush()
    return 302


async def endless(req: Request) -> AsyncIterator[bytes]:
    try:
        while True:
            yield b"data: again\n\n"
            await asyncio.sleep(0.01)
    finally:
        await asyncio.sleep(0)
        ended.append("generator")


async def patient(req: Request) -> None:
    try:
        await asyncio.sleep(3600)
    finally:
        ended.append("coroutine")


def gone(req: Request) -> str:
    if req.args == "forget":
        ended.clear()
    return " ".join(ended)


async def blocking(req: Request) -> str:
    tries = {"read": req.read, "write": lambda: req.write(b"x"), "flush": req.flush}
    return str(tries[req.args or "read"]())


async def sub_request(req: Request) -> str:
    sub = req.lookup_uri("/coroutine/answer?text")
    return str(sub.run())


async def two_at_once(req: Request) -> str:
    first = asyncio.ensure_future(req.aread())
    await asyncio.sleep(0)
    try:
        await req.aread()
    except RuntimeError as error:
        said = str(error)
    await first
    return said


async def used_meanwhile(req: Request) -> str:
    first = req.aread()
    try:
        return req.uri
    except RuntimeError as error:
        said = str(error)
    await first
    return said


async def current(req: Request) -> str:
    """Each task keeps its own request across every await, and has its own context."""
    before = mark.get()
    mark.set(req.args or "")
    await asyncio.sleep(0.01)
    seen = pyhook.current_request()
    return f"{seen is req} {before} {mark.get()}"


async def blocked(req: Request) -> bytes:
    return await asyncio.to_thread(lambda: b"from a thread")


async def forks(req: Request) -> str:
    """The forked process comes back by its result, or goes on with the loop."""
    child = os.fork()
    if child == 0:
        await asyncio.sleep(float(req.args or 0))
        return "two processes answer"
    return f"status {os.waitstatus_to_exitcode(await asyncio.to_thread(wait_for, child))}"


def wait_for(child: int) -> int:
    return os.waitpid(child, 0)[1]


async def fixup(req: Request) -> int:
    return 403


def outside(req: Request) -> str:
    try:
        req.aread()
    except RuntimeError as error:
        return str(error)
    return "no error"
