"""Which files the code of this interpreter came from, and which have been edited since (`PyHookReload`)."""

from __future__ import annotations

import os
import sys
import time
from importlib import import_module
from importlib.machinery import SourceFileLoader
from types import ModuleType
from zipimport import zipimporter

from .streams import LogStream

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator
    from types import TracebackType
    from typing import Any

    Stamp = tuple[int, int, int]

_library = os.path.dirname(os.__file__) + os.sep
_stamps: dict[str, Stamp] = {}  # as a file was when it was read, or last looked at
_sources: set[str] = set()
_edited: set[str] = set()
_further: set[str] = set()
_looked = time.time_ns()


def _notice(path: str, /) -> object:
    """Have the kernel tell of edits to this file, as far as it does."""


def start(notice: Callable[[str], object] = _notice) -> None:
    """Look at source files just before they are read: `rsync -a` and `mv` put older ones in their place."""
    global _notice
    _notice = notice
    path_stats = SourceFileLoader.path_stats

    def noting(self: SourceFileLoader, path: str) -> Any:
        if not _is_library(path):
            _notice(path)  # first: what is edited while it is looked at is told then
            if (status := _status_of(path)) is not None:
                _sources.add(path)
                _stamps[path] = _stamp(status)
        return path_stats(self, path)

    setattr(SourceFileLoader, "path_stats", noting)  # an assignment mypy refuses: path_stats is a method


def changed() -> list[str]:
    """The files that have been edited since the last call; a file that is gone for the moment is none of them.

    A file that is met for the first time and was not read as source, an extension module or a zip file, counts as edited
    if it has been changed, or put in its place, since then.
    """
    global _looked
    before, _looked = _looked, time.time_ns()
    edited = []
    for path in files():
        _notice(path)
        status = _status_of(path)
        if status is None:
            continue
        known = _stamps.get(path)
        stamp = _stamps[path] = _stamp(status)
        if stamp != known if known is not None else before <= status.st_ctime_ns <= _looked:
            edited.append(path)
    _edited.update(edited)
    return edited


def files() -> set[str]:
    """The files of all modules but the standard library's, and those that were noted."""
    found = {path for _, names in _modules() if (path := _file_of(names)) is not None and not _is_library(path)}
    return found.union(_stamps, _further)


def imported() -> list[str]:
    """The modules that came from source files, in the order of their import."""
    return [name for name, names in _modules() if _file_of(names) in _sources]


def imported_and_edited() -> list[str]:
    """Those of them whose files have been edited since."""
    sources = _edited & _sources
    return [name for name, names in _modules() if _file_of(names) in sources]


def import_again(names: Iterable[str], edited: Container[str]) -> None:
    """Import what the interpreter of before has imported, before it is needed.

    What has been edited must not fail. Else a module is left to who needs it: it may want a request. Nor does one fail
    that is not found: its file is gone, or another loader than Python's own has made it.
    """
    for name in names:
        try:
            import_module(name)
        except BaseException as failure:
            if name in edited and not _is_missing(name, failure):
                raise


def also(paths: Iterable[str]) -> None:
    """Look at these files too, as those that an attempt to load fresh code has read."""
    for path in paths:
        _notice(path)
        _further.add(path)


def note(exception: BaseException) -> None:
    """Look at the files where an import failed too; what could not be found may turn up on `sys.path`."""
    for each in _chain(exception):
        if isinstance(each, SyntaxError) and each.filename:
            also([each.filename])
        if isinstance(each, ImportError):
            also(path for path in sys.path if os.path.isdir(path) and not _is_library(path + os.sep))
        if isinstance(each, FileNotFoundError) and isinstance(each.filename, str):
            also([os.path.abspath(each.filename)])
        also(path for path in _files_of(each.__traceback__) if not _is_library(path))


def check() -> None:
    """Raise `SyntaxError` if a source file that has been edited can't be compiled."""
    for path in _edited & _sources:
        if os.path.exists(path):
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


def drop_modules() -> None:
    """Let go of the application, whose interpreter is used no more, while all that its finalisers call is whole.

    Modules of C stay, and so does the standard library: they may keep something that other interpreters meet. CPython puts
    back the first streams when it ends an interpreter: what is still said then goes to the error log as well.
    """
    setattr(sys, "__stdout__", LogStream("notice", "<stdout>"))  # noqa: B010
    setattr(sys, "__stderr__", LogStream("error", "<stderr>"))  # noqa: B010
    for name, names in list(_modules()):
        if _file_of(names) in _sources and name.partition(".")[0] != "pyhook":
            del sys.modules[name]


def _is_library(path: str) -> bool:
    return path.startswith(_library) and "-packages" + os.sep not in path


def _modules() -> Iterator[tuple[str, dict[str, Any]]]:
    """Names and namespaces. No module is asked for an attribute: a lazy one would be loaded, an odd one may raise."""
    for name, module in sys.modules.copy().items():
        if issubclass(type(module), ModuleType):
            yield name, object.__getattribute__(module, "__dict__")


def _file_of(names: dict[str, Any]) -> str | None:
    loader = names.get("__loader__")
    path = loader.archive if type(loader) is zipimporter else names.get("__file__")
    return path if isinstance(path, str) else None


def _is_missing(name: str, failure: BaseException) -> bool:
    return isinstance(failure, ModuleNotFoundError) and f"{name}.".startswith(f"{failure.name}.")


def _status_of(path: str) -> os.stat_result | None:
    """Of a file; of the package that a module has become, or the other way round."""
    directory, name = os.path.split(path)
    other = directory + ".py" if name == "__init__.py" else path.removesuffix(".py") + "/__init__.py"
    for each in (path, other):
        try:
            return os.stat(each)
        except (OSError, ValueError):
            pass
    return None


def _stamp(status: os.stat_result) -> Stamp:
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
