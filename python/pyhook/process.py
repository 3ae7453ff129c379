"""Protects what belongs to the whole process from Python code: httpd's signals, and the process itself from a fork."""

from __future__ import annotations

import os
import sys

from ._native import interpreter_name, log

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal as _signal
    from collections.abc import Callable
    from types import FrameType, ModuleType
    from typing import Any, NoReturn
else:
    import _signal  # `signal` is made of it, and costs more to import

# The parent ends its children by some of these, and a client that goes away must not end a child.
_HTTPDS = {getattr(_signal, name): name for name in ("SIGHUP", "SIGINT", "SIGPIPE", "SIGTERM", "SIGUSR1", "SIGWINCH")}


def keep() -> None:
    """Make `signal.signal` and the other functions that set a handler ignore httpd's signals, with a warning.

    Named interpreters refuse to fork: the new process could not go on, and CPython 3.11 ends it with a fatal error.
    """
    _guard(_signal, "signal", _signal.getsignal)
    _guard(_signal, "siginterrupt", lambda number: None)
    try:
        import faulthandler
    except ImportError:  # in an interpreter with a GIL of its own
        pass
    else:
        _guard(faulthandler, "register", lambda number: None)
    if interpreter_name() != "main":
        os.fork = os.forkpty = _refuse_to_fork
        if sys.version_info < (3, 12):
            # It keeps the types of its exceptions and the set of all tasks once per process. `asyncio` works without
            # it.
            sys.modules["_asyncio"] = None  # type: ignore[assignment]


def _guard(module: ModuleType, name: str, instead: Callable[[int], object]) -> None:
    """Replace the function `module.name` by one that calls it only for signals that are not httpd's.

    `signal` takes its functions from `_signal`, either at each call or once when it is imported, which may have
    happened.
    """
    own: Callable[..., Any] = getattr(module, name)
    httpds_child = os.getpid()

    def guarded(number: int, *args: Any, **kwargs: Any) -> Any:
        if number not in _HTTPDS or os.getpid() != httpds_child:
            return own(number, *args, **kwargs)
        log(f"{name} of {_HTTPDS[number]} at {_place(sys._getframe(1))} changes nothing: the signal is httpd's", "warn")
        return instead(number)

    guarded.__doc__ = own.__doc__
    guarded.__name__ = guarded.__qualname__ = name
    for place in (module, sys.modules.get("signal")):
        if getattr(place, name, None) is own:
            setattr(place, name, guarded)


def _place(frame: FrameType) -> str:
    """Return file and line of the application's code that led to this frame."""
    outer: FrameType | None = frame
    while outer is not None and outer.f_globals.get("__name__", "").partition(".")[0] in ("signal", "asyncio"):
        outer = outer.f_back
    outer = outer or frame
    return f"{outer.f_code.co_filename}:{outer.f_lineno}"


def _refuse_to_fork() -> NoReturn:
    raise RuntimeError("fork is not supported in a named interpreter: use subprocess, or PyHookRunIn main")
