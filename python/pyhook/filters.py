"""Makes one form of the three ways to write a filter: a generator function that takes the `Filter`."""

from __future__ import annotations

from opcode import opmap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .handlers import FilterStream

_CO_GENERATOR = 0x20  # inspect.CO_GENERATOR; importing inspect would cost each child a megabyte
_POP_TOP = opmap["POP_TOP"]
_YIELDING = (opmap["YIELD_VALUE"], opmap["RESUME"])


def as_generator(target: Any) -> Callable[[Any], FilterStream]:
    """Return the generator function for the callable of a `PyHookOutputFilter` or `PyHookInputFilter` line.

    A generator function is returned unchanged. Another function is called with each chunk and returns what goes on in
    its place. If it returns None, perhaps because its `yield` is missing, `TypeError` is raised. A class is called
    without arguments for each stream; see `pyhook.handlers.ClassFilter` for its methods.
    """
    if isinstance(target, type):
        if is_generator_function(getattr(target, "__call__", None)):
            return _from_generator_class(target)
        return _from_class(target)
    if is_generator_function(target) or is_generator_function(getattr(type(target), "__call__", None)):
        return target  # type: ignore[no-any-return]
    if hasattr(target, "finish"):
        raise TypeError(f"an object with finish() can't serve several streams at once: name {type(target).__name__}")
    return _from_function(target)


def is_generator_function(function: Any) -> bool:
    """Does a call return a generator? Looks through methods, `functools.partial` and `functools.wraps`."""
    while function is not None:
        if getattr(getattr(function, "__code__", None), "co_flags", 0) & _CO_GENERATOR:
            return True
        is_partial = type(function).__name__ == "partial"
        function = function.func if is_partial else getattr(function, "__wrapped__", None)
    return False


def line_that_ignores(stream: Any) -> int:
    """Return the line of the `yield` at which a filter waits if nothing takes the value sent to it, otherwise 0.

    A chunk that is sent to the statement `yield text` is lost without notice; `chunk = yield text` takes it.
    """
    while (inner := getattr(stream, "gi_yieldfrom", None)) is not None:
        stream = inner
    frame = getattr(stream, "gi_frame", None)
    if frame is None:
        return 0
    code, at = frame.f_code.co_code, frame.f_lasti
    while code[at] in _YIELDING:  # where among these a generator waits differs from Python to Python
        at += 2
    line: int = frame.f_lineno
    return line if code[at] == _POP_TOP else 0


def _from_generator_class(target: Any) -> Callable[[Any], FilterStream]:
    def stream(f: Any) -> FilterStream:
        yield from target()(f)

    return stream


def _from_function(function: Any) -> Callable[[Any], FilterStream]:
    def stream(f: Any) -> FilterStream:
        chunk = yield None
        while chunk is not None:
            piece = function(chunk)
            if piece is None:
                raise TypeError(
                    f"{getattr(function, '__name__', function)!s} got a chunk of the body and returned None: "
                    "return what goes on, b'' for nothing; a filter that takes the Filter is a generator, with yield"
                )
            chunk = yield piece

    return stream


def _from_class(target: Any) -> Callable[[Any], FilterStream]:
    def stream(f: Any) -> FilterStream:
        made = target()
        try:
            if hasattr(made, "start"):
                made.start(f)
            chunk = yield None
            while chunk is not None:
                chunk = yield made(chunk)
            if hasattr(made, "finish"):
                yield made.finish()
        finally:
            if hasattr(made, "close"):
                made.close()

    return stream
