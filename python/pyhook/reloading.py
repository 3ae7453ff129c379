"""Knows which files the code of this interpreter came from, and which have been edited since (`PyHookReload`)."""

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
_stamps: dict[str, Stamp] = {}  # each file's state when it was read, or last looked at
_sources: set[str] = set()
_edited: set[str] = set()
_further: set[str] = set()
_newest = 0
_looked = time.time_ns()


def _notice(path: str, /) -> object:
    """Ask the kernel to report edits of this file, where it can."""


def start(notice: Callable[[str], object] = _notice) -> None:
    """Look at source files just before they are read, because `rsync -a` and `mv` may replace them by older ones."""
    global _notice
    _notice = notice
    path_stats = SourceFileLoader.path_stats

    def noting(self: SourceFileLoader, path: str) -> Any:
        if not _is_library(path):
            _notice(path)  # first, so that an edit during the next lines is reported
            if (status := _status_of(path)) is not None:
                global _newest
                _sources.add(path)
                _stamps[path] = _stamp(status)
                _newest = max(_newest, status.st_ctime_ns)
        return path_stats(self, path)

    setattr(SourceFileLoader, "path_stats", noting)  # an assignment mypy refuses: path_stats is a method


def newest() -> float:
    """Return when the newest of the source files was edited that this interpreter has loaded; 0.0 before any."""
    return _newest / 1e9


def changed() -> list[str]:
    """Return the files that have been edited since the last call; a file that is missing at the moment is not among
    them.

    A file that is new here and was not read as source, an extension module or a zip file, counts as edited if it has
    been changed or replaced since the last call.
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
    """Return the files of all modules except the standard library, and the noted files."""
    found = {path for _, names in _modules() if (path := _file_of(names)) is not None and not _is_library(path)}
    return found.union(_stamps, _further)


def imported() -> list[str]:
    """Return the modules that came from source files, in the order of their import."""
    return [name for name, names in _modules() if _file_of(names) in _sources]


def imported_and_edited() -> list[str]:
    """Return the imported modules whose files have been edited since."""
    sources = _edited & _sources
    return [name for name, names in _modules() if _file_of(names) in sources]


def import_again(names: Iterable[str], edited: Container[str]) -> None:
    """Import what the old interpreter has imported, before it is needed.

    The import of an edited module must not fail. Any other module that fails is left to the code that needs it, because
    it may need a request. A module that is not found is no failure: its file is gone, or it was made by a loader that
    is not Python's.
    """
    for name in names:
        try:
            import_module(name)
        except BaseException as failure:
            if name in edited and not _is_missing(name, failure):
                raise


def also(paths: Iterable[str]) -> None:
    """Watch these files too: an attempt to load new code has read them."""
    for path in paths:
        _notice(path)
        _further.add(path)


def note(exception: BaseException) -> None:
    """Watch the files where an import failed too; a module that was not found may appear on `sys.path`."""
    for each in _chain(exception):
        if isinstance(each, SyntaxError) and each.filename:
            also([each.filename])
        if isinstance(each, ImportError):
            also(path for path in sys.path if os.path.isdir(path) and not _is_library(path + os.sep))
        if isinstance(each, FileNotFoundError) and isinstance(each.filename, str):
            also([os.path.abspath(each.filename)])
        also(path for path in _files_of(each.__traceback__) if not _is_library(path))


def check() -> None:
    """Raise `SyntaxError` if a source file that has been edited cannot be compiled."""
    for path in _edited & _sources:
        if os.path.exists(path):
            with open(path, "rb") as file:
                compile(file.read(), path, "exec", dont_inherit=True)


def end_threads() -> None:
    """Tell threads that wait for work, such as those of `concurrent.futures`, that no more will come, and wait for
    them.

    `threading._shutdown` would do more: before Python 3.13 it waits for the thread that imported `threading`.
    """
    if "threading" in sys.modules:
        calls: list[Callable[[], Any]] = sys.modules["threading"]._threading_atexits
        while calls:
            calls.pop()()


def drop_modules() -> None:
    """Free the application's modules, whose interpreter is no longer used, while everything that their finalisers call
    exists.

    Extension modules and the standard library stay, because they may keep objects that other interpreters use. When
    CPython ends an interpreter it restores the first streams; text written to them later must go to the error log as
    well.
    """
    setattr(sys, "__stdout__", LogStream("notice", "<stdout>"))  # noqa: B010
    setattr(sys, "__stderr__", LogStream("error", "<stderr>"))  # noqa: B010
    for name, names in list(_modules()):
        if _file_of(names) in _sources and name.partition(".")[0] != "pyhook":
            del sys.modules[name]


def _is_library(path: str) -> bool:
    return path.startswith(_library) and "-packages" + os.sep not in path


def _modules() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield names and namespaces. No attribute of a module is read: a lazy module would be loaded, an odd one may
    raise.
    """
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
    """Return the status of a file, or of the package that a module has become, or the reverse."""
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
