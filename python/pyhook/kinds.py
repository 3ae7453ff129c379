"""Tells what a callable seems to be, by its signature, for sentences about a callable that the wrong directive names.

mod_pyhook imports this module when such a sentence is needed: `inspect` costs a megabyte.
"""

from __future__ import annotations

import dis
import enum
import inspect
from typing import Any

from .filters import is_generator_function

_REQUEST = ("req", "request", "r")
_SOCKET = ("ws", "websocket", "socket", "sock")
_CHUNK = ("chunk", "data", "piece", "block")


class Kind(enum.StrEnum):
    """What mod_pyhook may call an object as."""

    WSGI = "wsgi"
    ASGI = "asgi"
    HANDLER = "handler"
    FILTER = "filter"
    WEBSOCKET = "websocket"
    FACTORY = "factory"

    @property
    def words(self) -> str:
        """The kind in a sentence, with its article and how it is called."""
        return _WORDS[self][0]

    @property
    def directives(self) -> str:
        """The directives that name such a callable."""
        return _WORDS[self][1]


_WORDS = {
    Kind.WSGI: ("a WSGI application, called with (environ, start_response)", "PyHookWSGI or PyHookWSGIAlias"),
    Kind.ASGI: ("an ASGI application, called with (scope, receive, send)", "PyHookASGI or PyHookASGIAlias"),
    Kind.HANDLER: ("a handler, called with the request", "PyHookHandler"),
    Kind.FILTER: ("a filter", "PyHookOutputFilter or PyHookInputFilter"),
    Kind.WEBSOCKET: ("a handler of WebSockets, called with a WebSocket", "PyHookWebSocket"),
    Kind.FACTORY: ("a factory, called without arguments", "PyHookWSGI or PyHookASGI with () behind the name"),
}


def kind_of(served: object) -> Kind | None:
    """Return what `served` seems to be, by the arguments that it demands: (environ, start_response), (scope, receive,
    send), (req), (ws) or a chunk; a generator function that takes the values of its `yield` is a filter. None where they
    don't show it.
    """
    if not callable(served):
        return None
    called = _called(served)
    demanded = _demanded(served)
    if demanded is None:
        return None
    if demanded[:3] == ["scope", "receive", "send"] or (len(demanded) == 3 and inspect.iscoroutinefunction(called)):
        return Kind.ASGI
    if len(demanded) == 2 and not inspect.iscoroutinefunction(called):
        return None if demanded[0] in _REQUEST else Kind.WSGI
    if len(demanded) == 1:
        return _by_argument(served, called, demanded[0])
    return Kind.FACTORY if not demanded and inspect.isfunction(served) else None


def takes_request(served: object) -> bool:
    """Is the first argument called as that of a handler usually is?"""
    return (_demanded(served) or [""])[0] in _REQUEST


def takes(served: Any, count: int, is_application: bool) -> bool:
    """Can it be called with so many arguments by position? True if that is not known. The instance of a class is meant,
    unless `is_application`.
    """
    by_instance = isinstance(served, type) and not is_application
    try:
        inspect.signature(served.__call__ if by_instance else served).bind(*[None] * (count + by_instance))
    except TypeError:
        return False
    except (AttributeError, ValueError):
        return True
    return True


def _called(served: Any) -> Any:
    """The function behind an object or a class, whose instance will be called."""
    if isinstance(served, type):
        return getattr(served, "__call__" if _has_call(served) else "__init__")
    return served if inspect.isroutine(served) else type(served).__call__


def _has_call(served: type) -> bool:
    return any("__call__" in vars(base) for base in served.__mro__)


def _demanded(served: Any) -> list[str] | None:
    """Return the names of the arguments that a call must give by position. None if they are not known."""
    is_class = isinstance(served, type) and _has_call(served)
    try:
        parameters = list(inspect.signature(served.__call__ if is_class else served).parameters.values())[is_class:]
    except (TypeError, ValueError):
        return None
    if not parameters or any(each.kind is each.VAR_POSITIONAL for each in parameters):
        return None if parameters else []
    return [
        each.name
        for each in parameters
        if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD) and each.default is each.empty
    ]


def _by_argument(served: Any, called: Any, argument: str) -> Kind:
    if argument in _SOCKET and inspect.iscoroutinefunction(called):
        return Kind.WEBSOCKET
    return Kind.FILTER if _is_filter(served, called, argument) else Kind.HANDLER


def _is_filter(served: Any, called: Any, argument: str) -> bool:
    if is_generator_function(called):
        return _takes_yielded(inspect.unwrap(called))
    if hasattr(served, "finish"):
        return True
    return argument in _CHUNK and not inspect.iscoroutinefunction(called)


def _takes_yielded(function: Any) -> bool:
    """Does a `yield` of the generator function give a value that is used, as `chunk = yield` does?"""
    code = getattr(function, "__code__", None)
    if code is None:
        return False
    instructions = list(dis.get_instructions(code))
    for at, each in enumerate(instructions):
        if each.opname == "YIELD_VALUE":
            behind = [later.opname for later in instructions[at + 1 : at + 3] if later.opname != "RESUME"]
            if behind and behind[0] != "POP_TOP" and not behind[0].startswith("JUMP"):  # a jump: yield from
                return True
    return False
