"""How long each thread has worked for its request, without the time in which it waited for the client."""

from __future__ import annotations

import sys
import threading
import time
import traceback
from contextlib import contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


class RequestTimeout(BaseException):
    """Raised in the application of a request that has run longer than `request-timeout`.

    It is no `Exception`, so that a handler for all errors of the application does not keep the request alive.
    """


class Clock:
    """The clock of one thread that serves requests."""

    def __init__(self) -> None:
        self.thread = threading.get_ident()
        self.request = ""
        self._lock = threading.Lock()
        self._spent = 0.0
        self._since: float | None = None  # None: it does not run
        self._interrupted = False

    def start(self, request: str) -> None:
        """A request begins."""
        self.request = request
        self._spent = 0.0
        self._since = time.monotonic()

    def stop(self) -> None:
        """The request is over. An exception that `interrupt` has raised comes before this returns."""
        with self._lock:
            self._since = None
            is_coming = self._interrupted
            self._interrupted = False
        if not is_coming:
            return
        try:
            for _ in range(100):  # the application may have caught it
                time.sleep(0.001)
        except RequestTimeout:
            pass

    def was_interrupted(self) -> None:
        """The exception has come."""
        self._interrupted = False

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Do not count while the thread waits for the client."""
        begun = time.monotonic()
        try:
            yield
        finally:
            self._spent -= time.monotonic() - begun

    def seconds(self) -> float:
        """Return the time spent for the present request; 0 if there is none."""
        since = self._since
        return 0.0 if since is None else time.monotonic() - since + self._spent

    def interrupt(self) -> bool:
        """Raise `RequestTimeout` in the thread; return False if it has ended its request, or cannot be reached."""
        try:
            import ctypes
        except ImportError:  # a Python that was built without it
            return False
        with self._lock:
            if self._since is None or self._interrupted:
                return False
            self._interrupted = True
            raised: int = ctypes.pythonapi.PyThreadState_SetAsyncExc(
                ctypes.c_ulong(self.thread), ctypes.py_object(RequestTimeout)
            )
        return raised == 1

    def stack(self) -> str:
        """Return what the thread does at this moment, as lines of a traceback."""
        frame = sys._current_frames().get(self.thread)
        return "".join(traceback.format_stack(frame)) if frame is not None else ""
