"""A named interpreter's own virtual environment and environment variables (`PyHookInterpreter home=, setenv=`)."""

from __future__ import annotations

import os
import site
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

_without_gil = "t" if "t" in sys.abiflags else ""  # where there is none, the directories' names end so


def enter(home: str) -> None:
    """Run this interpreter in the virtual environment `home`, as PEP 405 describes it.

    `sys.prefix`, `sys.exec_prefix` and `sys.executable` point into it, its `site-packages` and their `.pth`
    files are on `sys.path`, and those of the environment that the process started with are not, unless its
    `pyvenv.cfg` says `include-system-site-packages = true`.
    """
    _forget_site_packages()
    if _includes_system(home):
        site.addsitepackages(None, [sys.base_prefix])
    sys.prefix = sys.exec_prefix = home
    sys.executable = os.path.join(home, "bin", "python")
    version = f"python{sys.version_info.major}.{sys.version_info.minor}{_without_gil}"
    site.addsitedir(os.path.join(home, "lib", version, "site-packages"))


def _forget_site_packages() -> None:
    """Keep what stands before the standard library, which is the configuration's, and the library itself."""
    library = os.path.dirname(os.__file__)
    archive = f"python{sys.version_info.major}{sys.version_info.minor}{_without_gil}.zip"
    standard = [
        entry
        for entry in sys.path
        if entry in (library, os.path.join(library, "lib-dynload")) or os.path.basename(entry) == archive
    ]
    sys.path[:] = sys.path[: sys.path.index(standard[0])] + standard


def _includes_system(home: str) -> bool:
    try:
        with open(os.path.join(home, "pyvenv.cfg"), encoding="utf-8") as file:
            settings = dict(line.split("=", 1) for line in file if "=" in line)
    except FileNotFoundError:
        return False
    values = {key.strip().lower(): value.strip().lower() for key, value in settings.items()}
    return values.get("include-system-site-packages") == "true"


def set_variables(variables: Mapping[str, str]) -> None:
    """Put variables into this interpreter's `os.environ` only.

    The process has one environment for all interpreters: what C code or a subprocess started without `env=` sees
    there is `PyHookSetEnv`'s business.
    """
    environ: Any = os.environ
    for name, value in variables.items():
        environ._data[environ.encodekey(name)] = environ.encodevalue(value)
