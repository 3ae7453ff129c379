"""Lets callables register themselves for a phase, in modules that `PyHookImport` names."""

from __future__ import annotations

from . import registering
from ._native import phases

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    from .handlers import Phase

    Handler = TypeVar("Handler", bound=Callable[..., Any])

registered: dict[str, list[Callable[..., Any]]] = {}
"""Phase name → its callables, in the order of registration; mod_pyhook reads it after the imports have run."""


def hook(phase: Phase) -> Callable[[Handler], Handler]:
    """Register the decorated callable for a phase of every request; it is returned unchanged.

        @pyhook.hook("fixups")
        def tag(req: pyhook.Request) -> None: ...

    `phase` is the name of the httpd hook, one of `pyhook.phases`; `ValueError` lists them for any other name. A later
    registration runs after an earlier one, and both run after the callables of the phase's directive.
    """
    if phase not in phases:
        raise ValueError(f"no phase is named {phase!r}; there are {', '.join(phases)}")

    def register(handler: Handler) -> Handler:
        if not callable(handler):
            raise TypeError(f"a hook is a callable, not {handler!r}")
        registering.add(registered.setdefault(phase, []), handler)
        return handler

    return register
