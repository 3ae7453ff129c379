"""The lifespan protocol of ASGI applications (https://asgi.readthedocs.io/en/latest/specs/lifespan.html, 2.0)."""

from __future__ import annotations

import asyncio

from . import loops

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .asgi import Application, Message, Scope


class Lifespan:
    """One application's lifespan on one event loop: startup before the first request, shutdown when the loop closes."""

    def __init__(self, application: Application) -> None:
        self.state: dict[str, Any] = {}
        self._application = application
        self._messages: asyncio.Queue[Message] = asyncio.Queue()
        self._answers: asyncio.Queue[Message | BaseException | None] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self.started: asyncio.Task[str | None] = asyncio.create_task(self._start())

    async def _start(self) -> str | None:
        """The reason why the application cannot serve, or None."""
        self._task = asyncio.create_task(self._run())
        answer = await self._ask("lifespan.startup")
        if answer is None or isinstance(answer, BaseException):
            return None  # an application without lifespan says so by an exception
        if answer["type"] == "lifespan.startup.failed":
            return str(answer.get("message", "")) or "no reason given"
        return None

    async def _run(self) -> None:
        scope: Scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self.state}
        try:
            await self._application(scope, self._messages.get, self._answers.put)
            self._answers.put_nowait(None)
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            self._answers.put_nowait(error)

    async def _ask(self, kind: str) -> Message | BaseException | None:
        self._messages.put_nowait({"type": kind})
        return await self._answers.get()

    async def stop(self) -> None:
        """Let the application shut down."""
        await self.started
        if self._task is None or self._task.done():
            return
        answer = await self._ask("lifespan.shutdown")
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
