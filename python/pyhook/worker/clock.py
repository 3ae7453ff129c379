"""How long each thread has worked for its request, without the time in which it waited for the client."""

from __future__ import annotations

import sys
import threading
import time
import traceback
from contextlib import contextmanager

from .. import errors
from .frames import leave_if_forked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


class RequestTimeout(errors.RequestTimeout):
    """Raised in the application of a request that has run longer than `request-timeout`."""

    def __init__(self) -> None:
        super().__init__("the request has run for longer than request-timeout allows")


class Clock:
    """The clock of one thread that serves requests. It raises `RequestTimeout` there at most once for a request."""

    def __init__(self) -> None:
        self.thread = threading.get_ident()
        self.request = ""
        self.is_reported = False
        """True if it has been logged that the present request is slow."""
        self.interrupted_at: float | None = None
        """When the present request was interrupted."""
        self._lock = threading.Lock()
        self._spent = 0.0
        self._since: float | None = None  # None: it does not run
        self._is_open = False
        self._interrupted = False

    @property
    def was_interrupted(self) -> bool:
        """True if the present or the last request has run too long."""
        return self._interrupted

    def start(self, request: str) -> None:
        """A request begins."""
        with self._lock:
            self.request = request
            self.is_reported = False
            self._spent = 0.0
            self._interrupted = False
            self._is_open = True
            self._since = time.monotonic()

    def close(self) -> None:
        """End the counting. Once this has returned or raised `RequestTimeout`, no exception comes any more."""
        leave_if_forked()
        try:
            with self._lock:
                self._is_open = False
                self._since = None
            self._take_back()
        except RequestTimeout:  # it came at this moment, and was the only one
            self._is_open = False
            self._since = None

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Neither count nor interrupt while the thread exchanges frames. Raises `RequestTimeout` if that was due."""
        leave_if_forked()
        with self._lock:
            if self._since is not None:
                self._spent += time.monotonic() - self._since
            self._since = None
        if self._take_back() and self._is_open:
            raise RequestTimeout
        try:
            yield
        finally:
            with self._lock:
                if self._is_open:
                    self._since = time.monotonic()

    def seconds(self) -> float:
        """Return the time spent for the present request; 0 if there is none."""
        with self._lock:
            if not self._is_open:
                return 0.0
            return self._spent + (0.0 if self._since is None else time.monotonic() - self._since)

    def looked_at(self) -> dict[str, object] | None:
        """Return what the thread does now, for `pyhook stacks`; None if it serves no request."""
        seconds = self.seconds()
        return {"request": self.request, "seconds": seconds, "stack": self.stack()} if seconds else None

    def interrupt(self) -> bool:
        """Raise `RequestTimeout` in the thread; return False if this is no moment for it, or if it was done before."""
        with self._lock:
            if self._since is None or self._interrupted:
                return False
            self._interrupted = True
            _set_exception(self.thread, RequestTimeout)
        return True

    def give_up(self) -> None:
        """Do nothing: only the thread can answer."""

    def _take_back(self) -> bool:
        """Return True if the thread was interrupted. The exception does not come any more."""
        if self._interrupted:
            _set_exception(self.thread, None)
        return self._interrupted

    def stack(self) -> str:
        """Return what the thread does at this moment, as lines of a traceback."""
        frame = sys._current_frames().get(self.thread)
        return "".join(traceback.format_stack(frame)) if frame is not None else ""


def _set_exception(thread: int, exception: type[BaseException] | None) -> None:
    """Let an exception come in a thread, or no longer. Without `ctypes`, which a Python may lack, nothing comes."""
    try:
        import ctypes
    except ImportError:
        return
    raised = ctypes.py_object() if exception is None else ctypes.py_object(exception)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), raised)
