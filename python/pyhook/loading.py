"""Loads modules by a name or a file of the configuration, and refuses conflicts that Python's `import` would not
report.
"""

from __future__ import annotations

import os
import sys
from _thread import allocate_lock
from importlib.machinery import PathFinder, SourceFileLoader
from os.path import basename, dirname, isfile, samefile

from . import registering
from ._native import log

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import ModuleType

_names: dict[str, str] = {}
_naming = allocate_lock()
_directories: dict[str, Sequence[str]] = {}

made: dict[str, object] = {}
"""What the factories of the configuration have made, by their names with `()`."""

_CURE = (
    "give each application an interpreter of its own, PyHookInterpreter NAME path=DIRECTORY, "
    "with PyHookRunIn NAME where it runs"
)


def set_directories(directive: str, directories: Sequence[str]) -> None:
    """Remember the directories that a directive has put on `sys.path`; those of the last call come first there."""
    _directories[directive] = directories


def directories() -> list[tuple[str, Sequence[str]]]:
    """Return the directives that put directories on `sys.path`, with these, in the order of the search."""
    return list(reversed(_directories.items()))


def load_module(name: str) -> ModuleType:
    """Do what `import name` does, and return the module itself.

    Raises the exceptions of the import. Raises `ImportError` if a directory of the configuration has a module of this
    name but Python gives another one: Python keeps modules by name, and the first one stays.
    """
    _demand_own(name)
    __import__(name)
    _demand_own(name)
    return sys.modules[name]


def load_plugin(name: str) -> None:
    """Call `load_module` for a module that registers callables. If it raises an exception, its registrations are
    undone.
    """
    before = registering.count()
    try:
        load_module(name)
    except BaseException:
        registering.forget(before)
        raise


def load_file(path: str) -> ModuleType:
    """Run the file at `path` as a module with a private name, whatever its suffix, and return the module.

    The same path always gets the same name. A file that raises an exception leaves nothing in `sys.modules`.

    Raises the exceptions of the file. Raises `ImportError` if another module has taken the name of the package that
    contains the file, or of a module in a directory that the file has put on `sys.path`: the file would work with the
    wrong module.
    """
    with _naming:  # two files that are loaded at once get two names
        name = _names.setdefault(path, f"_pyhook_file_{len(_names)}")
    from importlib.util import module_from_spec, spec_from_loader  # costs more than all that is loaded at the start

    loader = SourceFileLoader(name, path)
    spec = spec_from_loader(name, loader, origin=path)
    assert spec is not None
    module = module_from_spec(spec)
    module.__file__ = path
    sys.modules[name] = module
    before = set(sys.path)
    try:
        loader.exec_module(module)
        _demand_package(path)
        added = [directory for directory in sys.path if directory not in before]
        _demand_untaken(added)
        _warn_of_library_names(path, added)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    return module


def make(name: str, factory: Callable[[], object]) -> object:
    """Return what the factory makes that the configuration calls `name`."""
    made[name] = factory()
    return made[name]


def object_of(name: str) -> object:
    """Return the object that the configuration calls `name`, or None if it is not loaded."""
    if name in made:
        return made[name]
    place, _, path = name.rpartition(":") if "/" not in name.rpartition(":")[2] else (name, "", "application")
    found: object = sys.modules.get(_names.get(place, place))
    for part in path.split("."):
        found = getattr(found, part, None)
    return found


def _demand_own(name: str) -> None:
    """Check that each part of a dotted name was loaded from the place where the configuration's directories have it."""
    groups = [list(directories) for directories in reversed(_directories.values())]
    loaded = ""
    for part in name.split("."):
        loaded = f"{loaded}.{part}" if loaded else part
        module = sys.modules.get(loaded)
        if module is None:
            return
        own = _origin_of(module)
        if own is None and not hasattr(module, "__path__"):  # a module has put an object in its own place
            return
        # A directory of the interpreter may hide a module in a directory of PyHookPath.
        for group in groups:
            origins = [origin for directory in group if (origin := _origin_in(directory, loaded))]
            others = [origin for origin in origins if not _is_same(own, origin)]
            if others:
                raise ImportError(_taken(loaded, own, others[0]), name=name)
            if origins:
                return
        if own is not None:
            return
        groups = [[f"{directory}/{part}" for directory in group] for group in groups]


def _demand_package(path: str) -> None:
    """Check that `sys.modules` has no other package with the name of the package that contains the file."""
    package = dirname(path)
    if not isfile(f"{package}/__init__.py"):
        return
    while isfile(f"{dirname(package)}/__init__.py"):
        package = dirname(package)
    _demand_from(dirname(package), basename(package))


def _demand_untaken(directories: Sequence[str]) -> None:
    """Check that no module in new directories of `sys.path` has a taken name. Names of the standard library are
    ignored.
    """
    for directory in directories:
        for name in [name for name in sys.modules if "." not in name and name not in sys.stdlib_module_names]:
            _demand_from(directory, name)


def _warn_of_library_names(path: str, directories: Sequence[str]) -> None:
    """Warn of modules in new directories of `sys.path` that hide modules of the standard library behind them. `httpd -t`
    warns of those in directories that the configuration names.
    """
    library = dirname(os.__file__)
    at = sys.path.index(library) if library in sys.path else 0
    for directory in directories:
        if directory not in sys.path[:at] or basename(directory) in ("site-packages", "dist-packages"):
            continue
        hidden = sorted(sys.stdlib_module_names & _modules_in(directory) - set(sys.builtin_module_names) - {"test"})
        for name in hidden:
            log(
                f"{path} has put {directory} on sys.path, where {name!r} has the name of a module of Python's standard "
                "library: code that imports it in this interpreter, libraries too, gets one of them for the other; "
                "give the file another name",
                "warn",
            )


def _modules_in(directory: str) -> set[str]:
    try:
        found = os.listdir(directory)
    except OSError:
        return set()
    return {name.removesuffix(".py") for name in found if name.endswith(".py") or isfile(f"{directory}/{name}/__init__.py")}


def _demand_from(directory: str, name: str) -> None:
    module = sys.modules.get(name)
    own = module and _origin_of(module)
    origin = own and _origin_in(directory, name)
    if own and origin and not _is_same(own, origin):
        raise ImportError(_taken(name, own, origin), name=name)


def _taken(name: str, own: str | None, other: str) -> str:
    said = f"the name {name!r} is taken by {own}"
    if name.partition(".")[0] in sys.stdlib_module_names:
        return f"{said}, which was imported before: give {other} another name"
    return f"{said}: an interpreter has one module of that name, and {other} is another one; {_CURE}"


def _origin_in(directory: str, name: str) -> str | None:
    """Return the file that a directory has for the last part of a module's name: its own, or the `__init__` of its
    package.
    """
    spec = PathFinder.find_spec(name, [directory])
    return spec.origin if spec is not None else None


def _origin_of(module: ModuleType) -> str | None:
    """Return the module's file, or a word if it has none; None for a namespace package, and for an object that is no
    module.
    """
    return getattr(module, "__file__", None) or getattr(getattr(module, "__spec__", None), "origin", None)


def _is_same(one: str | None, other: str) -> bool:
    try:
        return one is not None and (one == other or samefile(one, other))
    except OSError:
        return False
