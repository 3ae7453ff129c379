"""The lifespan protocol of ASGI applications (https://asgi.readthedocs.io/en/latest/specs/lifespan.html, 2.0)."""

from __future__ import annotations

import asyncio

from . import loops

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .asgi import Application, Message, Scope


class Misuse(RuntimeError):
    """A message that the specification does not allow at that moment; the text names the message."""


class Lifespan:
    """One application's lifespan on one event loop: startup before the first request, shutdown when the loop closes."""

    def __init__(self, application: Application) -> None:
        self.state: dict[str, Any] = {}
        self._application = application
        self._messages: asyncio.Queue[Message] = asyncio.Queue()
        self._answers: asyncio.Queue[Message | BaseException | None] = asyncio.Queue()
        self._asked: str | None = None  # the message that waits for its answer
        self._task: asyncio.Task[None] | None = None
        self.started: asyncio.Task[str | None] = asyncio.create_task(self._start())

    async def _start(self) -> str | None:
        """The reason why the application cannot serve, or None."""
        self._ask("lifespan.startup")  # first: the application's tasks may run their first step at once
        self._task = asyncio.create_task(self._run())
        answer = await self._answers.get()
        if answer is None or isinstance(answer, BaseException):
            return None  # an application without lifespan says so by an exception
        if answer["type"] == "lifespan.startup.failed":
            return str(answer.get("message", "")) or "no reason given"
        return None

    async def _run(self) -> None:
        scope: Scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self.state}
        try:
            await self._application(scope, self._messages.get, self._send)
            self._answer(None)
        except BaseException as error:
            if not self._answer(error) and not isinstance(error, asyncio.CancelledError):
                loops.report("an application's lifespan raised", error)

    async def _send(self, message: Message) -> None:
        """Take an answer. Raises `Misuse`; an application that takes a lifespan for a request ends with that."""
        kind = message.get("type")
        expected = [f"{self._asked}.complete", f"{self._asked}.failed"] if self._asked else []
        if kind not in expected:
            wrong = f"sent {kind!r}: expected {' or '.join(map(repr, expected)) or 'nothing now'}"
            if str(kind).startswith("lifespan."):
                loops.tell(f"an application's lifespan {wrong}")
            raise Misuse(wrong)
        self._answer(message)

    def _answer(self, answer: Message | BaseException | None) -> bool:
        """Note what came for what was asked; return False if nothing was."""
        asked, self._asked = self._asked, None
        if asked is not None:
            self._answers.put_nowait(answer)
        return asked is not None

    def _ask(self, kind: str) -> None:
        self._asked = kind
        self._messages.put_nowait({"type": kind})

    async def stop(self) -> None:
        """Let the application shut down."""
        await self.started
        if self._task is None or self._task.done():
            return
        self._ask("lifespan.shutdown")
        answer = await self._answers.get()
        if isinstance(answer, BaseException):
            loops.report("an application raised while it shut down", answer)
        elif answer is not None and answer["type"] == "lifespan.shutdown.failed":
            loops.tell(f"an application could not shut down: {answer.get('message') or 'no reason given'}")
        self._task.cancel()


lifespans: dict[int, Lifespan] = {}
"""Lifespans by the id of their application; the lifespan keeps the application alive."""


def lifespan_of(application: Application) -> Lifespan:
    """Return the application's lifespan on this loop; the first call starts it."""
    if id(application) not in lifespans:
        if not lifespans:
            loops.at_close.append(stop)
        lifespans[id(application)] = Lifespan(application)
    return lifespans[id(application)]


async def stop() -> None:
    """Shut the applications down: the loop closes."""
    await asyncio.gather(*(lifespan.stop() for lifespan in lifespans.values()), return_exceptions=True)
