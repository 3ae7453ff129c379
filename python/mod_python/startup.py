"""mod_pyhook imports this module when a child starts: it imports what PythonImport names."""

from __future__ import annotations

import sys

import _pyhook

from . import dispatch
from .asking import ask, records
from .running import Run, here, object_of
from .settings import Handler, settings_from

if not hasattr(sys, "argv") or sys.argv in ([], [""]):
    sys.argv = ["mod_python"]


def import_all() -> None:
    """Import each module, and call the function if one is named. What fails is logged, and the others follow."""
    server = _pyhook.main_server()
    settings = settings_from(ask("mod_python.settings", server) or "")
    for handler, interpreter in records(ask("mod_python.imports", server)):
        run = Run("PythonImport", [], settings, None)
        run.interpreter = interpreter
        here.run = run
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
            here.run = None


import_all()

__all__ = ["dispatch", "import_all"]
