"""Which files the code of this interpreter came from, and which have been edited since (`PyHookReload`)."""

from __future__ import annotations

import os
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import TracebackType
    from typing import Any

    Stamp = tuple[int, int, int]

_library = os.path.dirname(os.__file__) + os.sep
_stamps: dict[str, Stamp] = {}
_further: set[str] = set()
_looked = time.time_ns()


def changed() -> list[str]:
    """The files that have been edited since the last call; a file that is gone for the moment is none of them.

    A file that was not known then was read after that call, so an older one is what was read.
    """
    global _looked
    before, _looked = _looked, time.time_ns()
    edited = []
    for path in files():
        stamp = _stamp_of(path)
        if stamp is None:
            continue
        known = _stamps.get(path)
        _stamps[path] = stamp
        if stamp != known if known is not None else before <= stamp[0] <= _looked:
            edited.append(path)
    return edited


def files() -> set[str]:
    """The files of all modules but the standard library's, and those that were noted."""
    found = {path for module in list(sys.modules.values()) if (path := getattr(module, "__file__", None))}
    return {path for path in found if not _is_library(path)} | _further


def also(paths: Iterable[str]) -> None:
    """Look at these files too: an attempt to load fresh code has read them."""
    _further.update(paths)


def note(exception: BaseException) -> None:
    """Look at the files where an import failed too; what could not be found may turn up on `sys.path`."""
    for each in _chain(exception):
        if isinstance(each, SyntaxError) and each.filename:
            _further.add(each.filename)
        if isinstance(each, ImportError):
            _further.update(path for path in sys.path if os.path.isdir(path) and not _is_library(path + os.sep))
        if isinstance(each, FileNotFoundError) and isinstance(each.filename, str):
            _further.add(os.path.abspath(each.filename))
        _further.update(path for path in _files_of(each.__traceback__) if not _is_library(path))


def check(paths: Iterable[str]) -> None:
    """Raise `SyntaxError` if one of these Python files can't be compiled."""
    for path in paths:
        if path.endswith((".py", ".wsgi")):
            with open(path, "rb") as file:
                compile(file.read(), path, "exec", dont_inherit=True)


def end_threads() -> None:
    """Tell threads that wait for work, as those of `concurrent.futures`, that there is none any more; wait for them.

    `threading._shutdown` would do more: before Python 3.13 it waits for the thread that imported `threading`.
    """
    if "threading" in sys.modules:
        calls: list[Callable[[], Any]] = sys.modules["threading"]._threading_atexits
        while calls:
            calls.pop()()


def _is_library(path: str) -> bool:
    return path.startswith(_library) and "-packages" + os.sep not in path


def _stamp_of(path: str) -> Stamp | None:
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return (status.st_mtime_ns, status.st_size, status.st_ino)


def _chain(exception: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while exception is not None and id(exception) not in seen:
        seen.add(id(exception))
        yield exception
        exception = exception.__cause__ or exception.__context__


def _files_of(traceback: TracebackType | None) -> Iterator[str]:
    while traceback is not None:
        path = traceback.tb_frame.f_code.co_filename
        if not path.startswith("<"):
            yield path
        traceback = traceback.tb_next
