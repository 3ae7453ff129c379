"""The package of mod_python 3.5 for its sites, over pyhook.

httpd loads `mod_pyhook_python.so` as `python_module`; without it the package cannot be imported inside httpd.
"""

from __future__ import annotations

from . import asking, version

TYPE_CHECKING = False


def _demand_the_module() -> None:
    try:
        import _pyhook
    except ModuleNotFoundError:
        return  # outside httpd: type checkers, tests
    if asking.ask("mod_python.settings", _pyhook.main_server()) is None:
        raise ImportError("mod_python is there only where httpd loads it: LoadModule python_module mod_pyhook_python.so")


_demand_the_module()

mp_version = version.version

__all__ = ["Cookie", "Session", "apache", "cgihandler", "psp", "publisher", "util", "wsgi"]
