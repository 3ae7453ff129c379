"""From a name or a file of the configuration to a module; what only an `import` of Python's own would leave unsaid."""

from __future__ import annotations

import sys
from _thread import allocate_lock
from importlib.machinery import PathFinder, SourceFileLoader
from os.path import basename, dirname, isfile, samefile

from . import registering

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

_names: dict[str, str] = {}
_naming = allocate_lock()
_directories: dict[str, Sequence[str]] = {}

_CURE = (
    "give each application an interpreter of its own, PyHookInterpreter NAME path=DIRECTORY, "
    "with PyHookRunIn NAME where it runs"
)


def set_directories(directive: str, directories: Sequence[str]) -> None:
    """Remember what a directive has put on `sys.path`; the one that is told last stands first there."""
    _directories[directive] = directories


def load_module(name: str) -> ModuleType:
    """As `import name` does, and give the module itself.

    Raises `ImportError`, besides what the import raises, where a directory of the configuration has a module of this
    name and Python gives another one: Python keeps modules by name, and the first one stays.
    """
    _demand_own(name)
    __import__(name)
    _demand_own(name)
    return sys.modules[name]


def load_plugin(name: str) -> None:
    """As `load_module`, for the callables that modules register: one that raises, and is tried again, has registered none."""
    before = registering.count()
    try:
        load_module(name)
    except BaseException:
        registering.forget(before)
        raise


def load_file(path: str) -> ModuleType:
    """Run the file at `path` as a module of a private name, whatever its suffix, and give the module.

    The name stays the same for the same path. A file that raises leaves nothing in `sys.modules`.

    Raises `ImportError`, besides what the file raises, where it belongs to a package, or has put a directory on
    `sys.path`, whose name another module has taken: the file would work with that one.
    """
    with _naming:  # two files that are loaded at once have two names
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
        _demand_untaken([directory for directory in sys.path if directory not in before])
    except BaseException:
        sys.modules.pop(name, None)
        raise
    return module


def _demand_own(name: str) -> None:
    """That what is loaded of a dotted name comes from where the configuration's directories have it."""
    groups = [list(directories) for directories in reversed(_directories.values())]
    loaded = ""
    for part in name.split("."):
        loaded = f"{loaded}.{part}" if loaded else part
        module = sys.modules.get(loaded)
        if module is None:
            return
        own = _origin_of(module)
        if own is None and not hasattr(module, "__path__"):  # an object that a module has put in its own place
            return
        # A directory of the interpreter's own may hide what one of PyHookPath has.
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
    """That the package a file lies in is the one that has its name in `sys.modules`, if any."""
    package = dirname(path)
    if not isfile(f"{package}/__init__.py"):
        return
    while isfile(f"{dirname(package)}/__init__.py"):
        package = dirname(package)
    _demand_from(dirname(package), basename(package))


def _demand_untaken(directories: Sequence[str]) -> None:
    """That no module in new directories of `sys.path` has a name that is taken. Python's own are not looked for."""
    for directory in directories:
        for name in [name for name in sys.modules if "." not in name and name not in sys.stdlib_module_names]:
            _demand_from(directory, name)


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
    """The file of a module, or of a package's `__init__`, that a directory gives for the last part of a name."""
    spec = PathFinder.find_spec(name, [directory])
    return spec.origin if spec is not None else None


def _origin_of(module: ModuleType) -> str | None:
    """Its file, or a word for what has none; None for parts of a package without `__init__`, and what is no module."""
    return getattr(module, "__file__", None) or getattr(getattr(module, "__spec__", None), "origin", None)


def _is_same(one: str | None, other: str) -> bool:
    try:
        return one is not None and (one == other or samefile(one, other))
    except OSError:
        return False
