"""Callables that run outside requests: when a child starts, while it lives, and when it ends.

They register themselves, in modules that `PyHookImport` or `PyHookInterpreter import=` names.
"""

from __future__ import annotations

from . import registering

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    Function = TypeVar("Function", bound=Callable[[], Any])

callbacks: dict[str, list[Callable[[], Any]]] = {"child_init": [], "exit": []}
"""The callables for each event, in the order in which mod_pyhook calls them."""

tasks: list[tuple[Callable[[], Any], float, bool]] = []
"""Function, seconds, once per server; mod_pyhook reads it after the imports have run."""


def _function(function: object) -> None:
    if not callable(function):
        raise TypeError(f"a callback is a callable, not {function!r}")


def on_child_init(function: Function) -> Function:
    """Run the function in every child, in every interpreter, when all imports have succeeded and before the first
    request.
    """
    _function(function)
    registering.add(callbacks["child_init"], function)
    return function


def on_exit(function: Function) -> Function:
    """Run the function when a child ends, before the functions of `atexit`; the last registered runs first.

    All exit functions of a child together have five seconds.
    """
    _function(function)
    registering.add(callbacks["exit"], function, first=True)
    return function


def every(*, seconds: float, once_per_server: bool = False) -> Callable[[Function], Function]:
    """Run the decorated function again and again, in a thread of its own: at the start, then every `seconds`.

        @pyhook.every(seconds=60)
        def refresh() -> None: ...

    It runs in every child and every interpreter; with `once_per_server` in one child at a time, and there in one
    interpreter. A run that takes longer than `seconds` delays the next one. An exception is logged, and the task goes
    on.
    """
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise TypeError(f"seconds is a number, not {seconds!r}")
    if not 0 < seconds <= 1e9:
        raise ValueError(f"seconds is above 0, not {seconds!r}")

    def register(function: Function) -> Function:
        _function(function)
        registering.add(tasks, (function, float(seconds), bool(once_per_server)))
        return function

    return register
