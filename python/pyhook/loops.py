"""The event loop of an interpreter; it runs the coroutines of content handlers (PyHookHandler).

Importing this module imports `asyncio`. mod_pyhook does so when the first coroutine comes.
"""

from __future__ import annotations

import asyncio
import collections
import functools
import sys
import threading
import traceback
from collections.abc import AsyncIterator
from types import CoroutineType

from .errors import HTTPError, RequestTimeout

TYPE_CHECKING = False
if TYPE_CHECKING:
    import contextvars
    from collections.abc import Awaitable, Callable, Coroutine, Iterable
    from types import FrameType
    from typing import Any, Literal, Protocol

    from ._native import Request

    Target = Awaitable[object] | AsyncIterator[bytes | str]
    _Step = tuple[contextvars.Context, Callable[..., object]]

    class Pieces(Protocol):
        """A request, as far as a coroutine reads it."""

        def aread1(self) -> Awaitable[bytes]: ...

    class Waiting(Protocol):
        """A request that waits for the end of its task."""

        def cancelled(self) -> str | None: ...
        def fail(self, exception: BaseException) -> None: ...

    class Answered(Protocol):
        """A request whose response has a type, and that has a place in the log."""

        @property
        def content_type(self) -> str | None: ...
        def log(self, message: str, level: Literal["info"]) -> None: ...

    class Exchange(Waiting, Protocol):
        """A request whose thread waits for its task."""

        def enter(self) -> Request: ...
        def write(self, data: bytes | str) -> Awaitable[None]: ...
        def finish(self, result: object) -> None: ...

    class Inbox(Protocol):
        """The queue through which threads hand over requests."""

        def fileno(self) -> int: ...
        def sockets(self) -> int: ...
        def take(self) -> bool: ...
        def hear(self) -> bool: ...
        def go_on(self) -> None: ...
        def watch(self) -> bool: ...
        def cancel_all(self) -> None: ...
        def prepare(
            self, loop: asyncio.AbstractEventLoop, begin: Callable[[Exchange, Target], object]
        ) -> None: ...


WATCH = 0.25
"""Seconds between two checks for clients that have closed their connections, and for the end of the server."""


def run(inbox: Inbox) -> None:
    """Run an event loop for the requests of `inbox` until that says stop; then cancel and close what is left."""
    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        asyncio.set_event_loop(loop)
        serving = _Serving(loop, inbox)
        inbox.prepare(loop, serving.begin)
        loop.add_reader(inbox.fileno(), serving.take, inbox.take)
        loop.add_reader(inbox.sockets(), serving.take, inbox.hear)
        try:
            keep_running(loop, lambda: serving.stopped)
        finally:
            inbox.cancel_all()
        for close in at_close:
            runner.run(close())


def keep_running(loop: asyncio.AbstractEventLoop, is_stopped: Callable[[], bool]) -> None:
    """Run the loop of this process on this thread until it has been stopped. If an application stops it, it goes on."""
    global _thread
    _thread = threading.get_ident()
    while not is_stopped():
        try:
            loop.run_forever()
        except (SystemExit, KeyboardInterrupt) as error:
            _tell(loop, {"message": f"{type(error).__name__} does not end the event loop", "exception": error})
        else:
            if not is_stopped():
                _tell(loop, {"message": "the application has stopped the event loop: it goes on"})


def _tell(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Tell the loop's exception handler; the application's may exit, as that of a program of its own does."""
    try:
        loop.call_exception_handler(context)
    except (SystemExit, KeyboardInterrupt):
        loop.default_exception_handler(context)


_thread = 0
"""The thread that runs the loop."""

at_close: list[Callable[[], Coroutine[Any, Any, None]]] = []
"""Functions that an interpreter's loop calls at its end, before it cancels the remaining tasks."""


class _Serving:
    def __init__(self, loop: asyncio.AbstractEventLoop, inbox: Inbox) -> None:
        self.loop = loop
        self.inbox = inbox
        self.watches = False
        self.stopped = False

    def take(self, take: Callable[[], bool]) -> None:
        if not self.watches:
            self.watches = True
            self.loop.call_later(WATCH, self.watch)
        try:
            goes_on = take()
            take_first_steps()
        finally:
            self.inbox.go_on()
        if not goes_on and not self.stopped:  # what is handed over is taken until the loop is closed
            self.stopped = True
            self.loop.stop()

    def begin(self, exchange: Exchange, target: Target) -> Callable[[], bool]:
        """Start the task of a request; return the function that cancels it."""
        return start(exchange, _serve(exchange, target), target).cancel

    def watch(self) -> None:
        self.watches = self.inbox.watch()
        if self.watches:
            self.loop.call_later(WATCH, self.watch)


def start(exchange: Waiting, coroutine: Coroutine[Any, Any, None], target: object = None) -> asyncio.Task[None]:
    """Start the task of a request. If it is cancelled before its first step, nothing of it runs: it is answered here."""
    task, step = _create(coroutine)
    if step is None:
        task.add_done_callback(functools.partial(_note_end, exchange, target))
    else:
        _first_steps.append((step, task, exchange, target))
    return task


def _note_end(exchange: Waiting, target: object, done: asyncio.Task[None]) -> None:
    tasks.discard(done)
    if done.cancelled():
        exchange.fail(reason_of(exchange, asyncio.CancelledError()))
        if asyncio.iscoroutine(target):
            target.close()


def _create(coroutine: Coroutine[Any, Any, None]) -> tuple[asyncio.Task[None], _Step | None]:
    """Create a task, and keep its first step, which the loop would run after its next look at all sockets.

    The loop keeps it if another task is being executed, or if the application makes the tasks. Python 3.11 has no eager
    tasks: there a new task hands its first step to `call_soon`.
    """
    global _begun, _step
    loop = asyncio.get_running_loop()
    attributes = getattr(loop, "__dict__", None)
    if attributes is None or "call_soon" in attributes or loop.get_task_factory() or asyncio.current_task(loop):
        return loop.create_task(coroutine), None
    _begun, _step = coroutine, None
    attributes["call_soon"] = _keep
    try:
        if type(loop).create_task is asyncio.BaseEventLoop.create_task:  # without a factory it does just this
            task = asyncio.Task(coroutine, loop=loop)
        else:
            task = loop.create_task(coroutine)
        return task, _step
    finally:
        del attributes["call_soon"]
        _begun = _step = None


def _keep(
    callback: Callable[..., object], *arguments: Any, context: contextvars.Context | None = None
) -> asyncio.Handle | None:
    """Stand for the `call_soon` of a loop that creates a task. The garbage collector may run code of the application
    meanwhile: what that schedules is the loop's.
    """
    global _step
    owner = getattr(callback, "__self__", None)
    if context is None or not isinstance(owner, asyncio.Task) or owner.get_coro() is not _begun:
        loop = asyncio.get_running_loop()
        return type(loop).call_soon(loop, callback, *arguments, context=context)
    _step = (context, callback)
    return None


_begun: Coroutine[Any, Any, None] | None = None
"""The coroutine whose task is being created."""

_step: _Step | None = None
"""Its first step."""


def take_first_steps() -> None:
    """Run the first steps of the tasks that were just created; if one raises, the loop runs the others."""
    try:
        while _first_steps:
            (context, callback), task, exchange, target = _first_steps.popleft()
            try:
                context.run(callback)
            finally:
                if task.done():
                    _note_end(exchange, target, task)
                else:
                    task.add_done_callback(functools.partial(_note_end, exchange, target))
    finally:
        if _first_steps:
            asyncio.get_running_loop().call_soon(take_first_steps)


_first_steps: collections.deque[tuple[_Step, asyncio.Task[None], Waiting, object]] = collections.deque()


def start_kept(exchange: Waiting, coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Start a task that only this module refers to, because the request does not cancel it."""
    task = start(exchange, coroutine)
    tasks.add(task)
    return task


tasks: set[asyncio.Task[None]] = set()
"""The tasks of `start_kept`: a loop holds no reference, and a task may go on after its response (background tasks)."""


def report(what: str, error: BaseException) -> None:
    """Log an exception that no client sees."""
    asyncio.get_running_loop().call_exception_handler({"message": what, "exception": error})


def tell(what: str) -> None:
    """Log a failure that no client sees and that is no exception."""
    asyncio.get_running_loop().call_exception_handler({"message": what})


async def _serve(exchange: Exchange, target: Target) -> None:
    request = exchange.enter()
    try:
        if type(target) is CoroutineType or not isinstance(target, AsyncIterator):  # the second takes longer
            exchange.finish(await target)
        else:
            await _send(exchange, request, target)
            exchange.finish(None)
    except asyncio.CancelledError as error:
        if is_ended_by_server(exchange, request):
            exchange.finish(None)
        else:
            exchange.fail(reason_of(exchange, error))
    except BaseException as error:
        exchange.fail(error)


def is_ended_by_server(exchange: Waiting, request: Answered) -> bool:
    """Does the server stop, and is this an event stream, which is complete at any moment?"""
    return exchange.cancelled() == "stopping" and is_endless(request)


def is_endless(request: Answered) -> bool:
    """Is this an event stream, which only ends when its client leaves?"""
    return (request.content_type or "").lower().startswith("text/event-stream")


def reason_of(exchange: Waiting, error: BaseException) -> BaseException:
    """Return the exception that a plain handler would have raised instead of a cancelled task's."""
    why = exchange.cancelled()
    if why == "gone":
        return ConnectionAbortedError("the client has gone")
    if why == "stopping":
        return HTTPError(503, "the server stops")
    if why == "timed out":
        return RequestTimeout()
    return error


def stack_of(cancel: Any) -> list[str]:
    """Return the lines of the stack of the task that `cancel` ends, the outermost coroutine first.

    `cancel` is a method of the task, or of an object whose `task` it is.
    """
    stack = traceback.StackSummary.extract(iter(_frames_of(cancel)))
    return [line for part in stack.format() for line in part.splitlines()]


def brief_stacks(cancels: Iterable[Any]) -> list[list[str]]:
    """Return the same for several tasks in a short form, for profiles: "function (file:line)" for each frame."""
    return [
        [f"{frame.f_code.co_qualname} ({frame.f_code.co_filename}:{line})" for frame, line in _frames_of(cancel)]
        for cancel in cancels
    ]


def _frames_of(cancel: Any) -> list[tuple[FrameType, int]]:
    owner = cancel.__self__
    coroutine: Any = getattr(owner, "task", owner).get_coro()
    return _frames_that_run(coroutine) or _frames_that_wait(coroutine)


def _frames_that_run(coroutine: Any) -> list[tuple[FrameType, int]]:
    """Return the frames of the loop's thread, from the coroutine on; none if that does not run now."""
    outermost = coroutine.cr_frame
    frame = sys._current_frames().get(_thread) if getattr(coroutine, "cr_running", False) else None
    frames: list[tuple[FrameType, int]] = []
    while frame is not None:
        frames.insert(0, (frame, frame.f_lineno))
        if frame is outermost:
            return frames
        frame = frame.f_back
    return []


def _frames_that_wait(waiting: Any) -> list[tuple[FrameType, int]]:
    """Return the frame of each coroutine or generator that awaits the next."""
    frames: list[tuple[FrameType, int]] = []
    while waiting is not None:
        kind = next((kind for kind in ("cr", "gi", "ag") if hasattr(waiting, f"{kind}_frame")), None)
        if kind is None:
            break
        if (frame := getattr(waiting, f"{kind}_frame")) is not None:
            frames.append((frame, frame.f_lineno))
        waiting = getattr(waiting, "gi_yieldfrom" if kind == "gi" else f"{kind}_await")
    return frames


async def _send(exchange: Exchange, request: Request, pieces: AsyncIterator[bytes | str]) -> None:
    """Send each piece when it comes; the generator's `finally` blocks have run at the end."""
    try:
        async for piece in pieces:
            if not piece:
                continue
            if isinstance(piece, str) and request.content_type is None:
                request.content_type = "text/html; charset=utf-8"
            await exchange.write(piece)
            if request.header_only:
                break
    finally:
        close = getattr(pieces, "aclose", None)
        if close is not None:
            await close()


async def pieces_of(request: Pieces) -> AsyncIterator[bytes]:
    """The body of a request as it arrives: the iterator of `async for piece in req`."""
    while piece := await request.aread1():
        yield piece


def cause_of(error: BaseException, kind: type[BaseException]) -> BaseException | None:
    """Return the exception of this kind that `error` came of, as ClientDisconnect of Starlette comes of the end of a client."""
    behind: BaseException | None = error
    for _ in range(16):  # an application can make a ring of exceptions
        if isinstance(behind, kind):
            return behind
        behind = behind and (behind.__cause__ or behind.__context__)
    return None
