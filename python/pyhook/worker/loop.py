"""The event loop of a worker process: a thread that runs the ASGI applications."""

from __future__ import annotations

import asyncio
import sys
import threading
from typing import cast

from .. import loops
from ..lifespan import lifespan_of
from . import loading, streams
from .exchange import Exchange, answered
from .failures import failure
from .scope import Asked
from .websocket import WebSocketExchange

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ..asgi import Application
    from . import frames

_LOOK = 0.25
"""Seconds between two looks for responses that end with the process."""


class Loop:
    """Starts its thread. Other threads hand requests over."""

    def __init__(self) -> None:
        self._exchanges: set[Exchange] = set()
        self._stops = False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="pyhook loop", daemon=True)
        try:
            self._thread.start()
        except (RuntimeError, MemoryError):  # there can't be another thread; the next request tries again
            self._loop.close()
            raise

    @property
    def events(self) -> asyncio.AbstractEventLoop:
        """The loop itself."""
        return self._loop

    def serve(self, connection: frames.Connection, asked: Asked, tell: Callable[[str], None], leave: Callable[[bool], None]) -> None:
        """Load the application on this thread, which may take long, and answer on the loop. Raises `Gone`.

        `leave` is called at the end with True if the connection may serve another request.
        """
        try:
            application = self.load(asked.name, tell)
        except loading.Unresolved as unresolved:
            connection.send(failure(unresolved, asked.name))
            return leave(True)
        connection.set_waiting(False)
        self._loop.call_soon_threadsafe(self._begin, connection, application, asked, leave)

    def load(self, name: str, tell: Callable[[str], None]) -> Application:
        """Return the application. Raises `Unresolved`."""
        if sys.version_info < (3, 10):  # there locks and queues of asyncio belong to the loop of the thread that makes them
            asyncio.set_event_loop(self._loop)
        return cast("Application", loading.application(name, tell))

    def start_lifespan(self, application: Application) -> None:
        """Let the application start up. Raises `RuntimeError` if it can't."""

        async def started() -> str | None:
            return await lifespan_of(application).started

        if (reason := asyncio.run_coroutine_threadsafe(started(), self._loop).result()) is not None:
            raise RuntimeError(f"could not start: {reason}")

    def clocks(self) -> list[Exchange]:
        """Return what it answers now."""
        return list(self._exchanges)

    def drain(self) -> None:
        """Streams of events end from now on; other requests may end by themselves."""
        self._loop.call_soon_threadsafe(self._end_streams)

    def close(self) -> None:
        """Shut the applications down and end the tasks that are left."""

        def stop() -> None:
            self._stops = True
            self._loop.stop()

        self._loop.call_soon_threadsafe(stop)
        self._thread.join()

    def _begin(self, connection: frames.Connection, application: Application, asked: Asked, leave: Callable[[bool], None]) -> None:
        def left(reuse: bool) -> None:
            self._exchanges.discard(exchange)
            connection.set_waiting(True)
            leave(reuse)

        exchange = (WebSocketExchange if asked.is_websocket else Exchange)(connection, asked, left)
        self._exchanges.add(exchange)
        exchange.begin(application, asked.scope())
        loops.take_first_steps()
        exchange.listen()

    def _end_streams(self) -> None:
        for exchange in self.clocks():
            if exchange.is_endless:
                exchange.cancel("stopping")
        self._loop.call_later(_LOOK, self._end_streams)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        streams.on_loop[threading.get_ident()] = answered
        loops.keep_running(self._loop, lambda: self._stops)
        for close in loops.at_close:
            self._loop.run_until_complete(close())
        self._loop.run_until_complete(_end_tasks())
        self._loop.close()


async def _end_tasks() -> None:
    tasks: list[asyncio.Task[Any]] = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
