"""mod_pyhook imports this module when a child starts: it imports what PythonImport names."""

from __future__ import annotations

import sys
from types import ModuleType

import _pyhook

from . import dispatch, locks
from .asking import ask, records
from .running import Run, object_of, show_as_running
from .settings import Handler, settings_from

if not hasattr(sys, "argv") or sys.argv in ([], [""]):
    sys.argv = ["mod_python"]


def import_all() -> None:
    """Import each module, and call the function if one is named. What fails is logged, and the others follow."""
    server = _pyhook.main_server()
    settings = settings_from(ask("mod_python.settings", server) or "")
    for handler, interpreter in records(ask("mod_python.imports", server)):
        run = Run("PythonImport", [], settings, None, None)
        run.interpreter = interpreter
        show_as_running(run)
        try:
            if "::" in handler:
                object_of(run, Handler("PythonImport", handler), None)()
            else:
                settings.space(interpreter, None).load(handler)
        except Exception as error:
            import traceback

            _pyhook.log(f"PythonImport {handler} {interpreter}: {error!r}", "error")
            for line in traceback.format_exc().splitlines():
                _pyhook.log(line, "error")
        finally:
            show_as_running(None)


def name_locks() -> None:
    """Let sites find the locks of sessions in `_apache`, where they are in mod_python."""
    names = ModuleType("_apache")
    names._global_lock = locks.lock  # type: ignore[attr-defined]
    names._global_trylock = locks.try_lock  # type: ignore[attr-defined]
    names._global_unlock = locks.unlock  # type: ignore[attr-defined]
    sys.modules.setdefault("_apache", names)


name_locks()
import_all()

__all__ = ["dispatch", "import_all"]
