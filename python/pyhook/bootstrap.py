"""What mod_pyhook runs once in every interpreter it starts."""

from __future__ import annotations

import atexit
import sys

from . import process
from .streams import LogStream, flush_all

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any

    from _pyhook import Level


class LoggingLoader:
    """Loads `logging` with its own loader, then has httpd's log take its records."""

    def __init__(self, spec: ModuleSpec) -> None:
        self._loader: Any = spec.loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """As the own loader does."""
        module: ModuleType | None = self._loader.create_module(spec)
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Run the module as if this loader had never been there, then `logs.install`."""
        assert module.__spec__ is not None
        module.__loader__ = module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        from . import logs

        logs.install()


class LoggingFinder:
    """Waits on `sys.meta_path` for the first import of `logging`, and leaves every other module alone.

    It stays there afterwards: taking it off would make an import in another thread skip the finder behind it.
    """

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of `logging` with a `LoggingLoader`, None for any other name."""
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


def start() -> None:
    """Send `print`, standard error and `logging` to httpd's error log, and guard what is the process's (`process`).

    A second call changes nothing.

    `logging` costs some 20 ms and a megabyte, so it is not imported here, but met when the application does.
    """
    if any(isinstance(finder, LoggingFinder) for finder in sys.meta_path):
        return
    process.keep()
    # httpd never holds back a notice, whatever its LogLevel: a print is always seen.
    streams: dict[str, Level] = {"stdout": "notice", "stderr": "error"}
    for name, level in streams.items():
        setattr(sys, name, LogStream(level, f"<{name}>"))
    atexit.register(flush_all)  # the first one runs last
    sys.meta_path.insert(0, LoggingFinder())
    if "logging" in sys.modules:
        from . import logs

        logs.install()
