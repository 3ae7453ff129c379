"""Python files that are loaded by their path, as `.wsgi` files are."""

from __future__ import annotations

import sys
from _thread import allocate_lock
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

_names: dict[str, str] = {}
_naming = allocate_lock()


def load_file(path: str) -> ModuleType:
    """Run the file at `path` as a module of a private name, whatever its suffix, and give the module.

    The name stays the same for the same path. A file that raises leaves nothing in `sys.modules`.
    """
    with _naming:  # two files that are loaded at once have two names
        name = _names.setdefault(path, f"_pyhook_file_{len(_names)}")
    loader = SourceFileLoader(name, path)
    spec = spec_from_loader(name, loader, origin=path)
    assert spec is not None
    module = module_from_spec(spec)
    module.__file__ = path
    sys.modules[name] = module
    try:
        loader.exec_module(module)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    return module
