"""Makes one form of the three ways to write a filter: a generator function that takes the `Filter`."""

from __future__ import annotations

from opcode import opmap, opname

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .handlers import FilterStream

_CO_GENERATOR = 0x20  # inspect.CO_GENERATOR; importing inspect would cost each child a megabyte
_CO_ASYNCHRONOUS = 0x80 | 0x200  # inspect.CO_COROUTINE and CO_ASYNC_GENERATOR
_POP_TOP = opmap["POP_TOP"]
_YIELDING = (opmap["YIELD_VALUE"], opmap["RESUME"])
_INTERPRETED = type(_ for _ in ())


def as_generator(target: Any) -> Callable[[Any], FilterStream]:
    """Return the generator function for the callable of a `PyHookOutputFilter` or `PyHookInputFilter` line.

    A generator function is returned unchanged. Another function is called with each chunk and returns what goes on in
    its place. If it returns None, perhaps because its `yield` is missing, `TypeError` is raised, at once if it never
    looks at the chunk, unless the name of its argument begins with `_`, and for a function that is `async def`. A class is called
    without arguments for each stream; see `pyhook.handlers.ClassFilter` for its methods.
    """
    if isinstance(target, type):
        if is_generator_function(getattr(target, "__call__", None)):
            return _from_generator_class(target)
        return _from_class(target)
    if is_generator_function(target) or is_generator_function(getattr(type(target), "__call__", None)):
        return target  # type: ignore[no-any-return]
    if _has_flag(target, _CO_ASYNCHRONOUS) or _has_flag(getattr(type(target), "__call__", None), _CO_ASYNCHRONOUS):
        raise TypeError(f"{_name_of(target)} is async def: a filter is an ordinary function, a generator function or a class")
    if hasattr(target, "finish"):
        raise TypeError(f"an object with finish() can't serve several streams at once: name {type(target).__name__}")
    return _from_function(target)


def is_generator_function(function: Any) -> bool:
    """Does a call return a generator? Looks through methods, `functools.partial` and `functools.wraps`."""
    return _has_flag(function, _CO_GENERATOR)


def _has_flag(function: Any, flag: int) -> bool:
    while function is not None:
        if getattr(getattr(function, "__code__", None), "co_flags", 0) & flag:
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
    if frame is None or type(stream) is not _INTERPRETED:  # a compiled one has a frame, but no code in it
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


_GENERATOR = "a filter that takes the Filter is a generator, with yield"


def _from_function(function: Any) -> Callable[[Any], FilterStream]:
    name = _name_of(function)
    if ignored := _ignored_argument(function):
        raise TypeError(
            f"{name} never looks at its argument {ignored!r}, the chunk: what it returns would replace every chunk of the "
            f"body; {_GENERATOR}. If it is meant to replace them, call the argument _"
        )

    def stream(f: Any) -> FilterStream:
        chunk = yield None
        while chunk is not None:
            try:
                piece = function(chunk)
            except AttributeError as error:
                if error.obj is chunk:
                    error.add_note(f"{name} is called with each chunk of the body, bytes: {_GENERATOR}")
                raise
            if hasattr(piece, "send"):  # nothing else tells a generator function that is compiled, by Cython for example
                piece.close()
                yield from _begun(function(f), chunk)
                return
            if piece is None:
                raise TypeError(
                    f"{name} got a chunk of the body and returned None: return what goes on, b'' for nothing; {_GENERATOR}"
                )
            chunk = yield piece

    return stream


def _name_of(function: Any) -> str:
    return getattr(function, "__name__", None) or type(function).__name__


def _ignored_argument(function: Any) -> str:
    """Return the name of the first argument if no instruction of the function reads it, otherwise an empty string.

    An argument whose name begins with `_` is ignored on purpose.
    """
    code = getattr(function, "__code__", None)
    if code is None or not code.co_code or code.co_argcount != 1:  # compiled, or a method, or no function of its own
        return ""
    name: str = code.co_varnames[0]
    if name.startswith("_") or name in code.co_cellvars or _reads_first_variable(code.co_code):
        return ""
    return name


def _reads_first_variable(code: bytes) -> bool:
    """Some Pythons read two variables with one instruction, whose argument has four bits for each."""
    for at in range(0, len(code), 2):
        names = opname[code[at]].split("_FAST")
        if len(names) > 2:
            numbers = [code[at + 1] >> 4, code[at + 1] & 15]
        else:
            numbers = [code[at + 1]]
        if any(part.endswith("LOAD") and number == 0 for part, number in zip(names, numbers)):
            return True
    return False


def _begun(stream: FilterStream, chunk: bytes) -> FilterStream:
    """The generator, whose first chunk is there already."""
    try:
        opening = next(stream)
    except StopIteration:
        yield chunk
        return
    try:
        piece = stream.send(chunk)
        if opening is not None:
            piece = b"".join(text.encode() if isinstance(text, str) else text for text in (opening, piece or b""))
        while True:
            piece = stream.send((yield piece))
    except StopIteration:
        return
    finally:
        stream.close()


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
