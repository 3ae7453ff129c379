"""From the name of an application in the configuration to the application."""

from __future__ import annotations

import importlib
import sys
import threading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import ModuleType
    from typing import Any, Final

    Application = Callable[[Mapping[str, Any], Callable[..., Callable[[bytes], None]]], Iterable[bytes]]

_NOT_IMPORTED, _NOT_CALLABLE = "PYHOOK0003", "PYHOOK0004"

ASGI: Final = "asgi "
HANDLER: Final = "handler "

group = ""
"""The name of these processes."""

directories: list[str] = []
"""Where the configuration has modules looked for."""

allowed: set[str] = set()
"""The names of the configuration: no request makes this process import anything else."""

_applications: dict[str, Application] = {}
_loading = threading.RLock()  # an application is loaded once, however many requests wait for it


class Unresolved(Exception):
    """An application could not be loaded; its cause says why. `code` is that of the log entry."""

    def __init__(self, code: str, what: str) -> None:
        super().__init__(what)
        self.code = code


def application(name: str, tell: Callable[[str], None]) -> Application:
    """Return the application; `tell` is called with its name when it has been loaded. Raises `Unresolved`.

    `name` is `module:callable`, or the path of a file and `:callable`, and `()` if the callable makes the application;
    before it stands "asgi " for an ASGI application, and "handler " for a content handler.
    """
    found = _applications.get(name)
    if found is not None:
        return found
    if name not in allowed:
        raise Unresolved(_NOT_IMPORTED, "is not named in the configuration")
    with _loading:
        if name not in _applications:
            _applications[name] = _load(name)
            tell(name)
        return _applications[name]


def loaded(name: str) -> Application | None:
    """Return the application if it has been loaded."""
    return _applications.get(name)


def _load(name: str) -> Application:
    is_handler = name.startswith(HANDLER)
    name = name[len(ASGI) :] if name.startswith(ASGI) else name[len(HANDLER) :] if is_handler else name
    is_factory = name.endswith("()")
    place, _, attribute = (name[:-2] if is_factory else name).rpartition(":")
    try:
        module = _load_file(place) if "/" in place else importlib.import_module(place)
    except BaseException as failure:
        raise Unresolved(_NOT_IMPORTED, "can't be imported") from failure
    try:
        found: Any = module
        for part in attribute.split("."):
            found = getattr(found, part)
        if is_factory or (is_handler and isinstance(found, type)):
            found = found()
        if not callable(found):
            raise TypeError(f"expected a callable, not {type(found).__name__}")
    except BaseException as failure:
        raise Unresolved(_NOT_CALLABLE, "can't be called") from failure
    return found  # type: ignore[no-any-return]


def _load_file(path: str) -> ModuleType:
    """Run a file as a module with a private name, whatever its suffix."""
    from importlib.machinery import SourceFileLoader
    from importlib.util import module_from_spec, spec_from_loader

    name = f"_pyhook_file_{len(_applications)}"
    loader = SourceFileLoader(name, path)
    spec = spec_from_loader(name, loader, origin=path)
    assert spec is not None
    module = module_from_spec(spec)
    module.__file__ = path
    sys.modules[name] = module
    try:
        loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module
