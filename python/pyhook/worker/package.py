"""The package `pyhook` in a worker process: what it has besides its modules is loaded when it is first used."""

from __future__ import annotations

import threading
from importlib import import_module
from importlib.machinery import SourceFileLoader
from importlib.util import find_spec

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any


def complete_later(package: ModuleType, directory: str) -> None:
    """Run the package's `__init__` when somebody asks it for a name: most applications never do."""
    lock = threading.RLock()
    names = vars(package)
    names["__file__"] = f"{directory}/__init__.py"
    has_begun = False

    def missing(name: str) -> Any:
        nonlocal has_begun
        if not name.startswith("__") and find_spec(f"pyhook.{name}") is not None:
            return import_module(f"pyhook.{name}")  # modules do not need the rest, which may need them
        with lock:
            if not has_begun:
                has_begun = True
                try:
                    code = SourceFileLoader("pyhook", names["__file__"]).get_code("pyhook")
                    assert code is not None
                    exec(code, names)
                except BaseException:
                    has_begun = False
                    raise
            if name in names:
                return names[name]
        raise AttributeError(f"module 'pyhook' has no attribute {name!r}")

    names["__getattr__"] = missing
