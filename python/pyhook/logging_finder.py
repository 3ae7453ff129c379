"""Connects `logging` to httpd's error log when the application imports it."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any


class LoggingLoader:
    """Loads `logging` with its original loader, then connects it to httpd's log."""

    def __init__(self, spec: ModuleSpec) -> None:
        self._loader: Any = spec.loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Do what the original loader does."""
        module: ModuleType | None = self._loader.create_module(spec)
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Run the module as if this loader were not there, then `logs.install`."""
        assert module.__spec__ is not None
        module.__loader__ = module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        from . import logs

        logs.install()


class LoggingFinder:
    """Waits on `sys.meta_path` for the first import of `logging`, and ignores every other module.

    It stays there afterwards: if it were removed, an import in another thread could skip the finder behind it.
    """

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of `logging` with a `LoggingLoader`, None for any other name."""
        if name != "logging":
            return None
        for finder in sys.meta_path:
            if isinstance(finder, LoggingFinder):
                continue
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                spec.loader = LoggingLoader(spec)  # type: ignore[assignment]
                return spec
        return None


def connect() -> None:
    """Call `logs.install` when `logging` is there.

    `logging` costs some 20 ms and a megabyte. It is therefore not imported here.
    """
    sys.meta_path.insert(0, LoggingFinder())
    if "logging" in sys.modules:
        from . import logs

        logs.install()
