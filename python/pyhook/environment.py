"""A named interpreter's own environment variables (`PyHookInterpreter setenv=`)."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


def set_variables(variables: Mapping[str, str]) -> None:
    """Put variables into this interpreter's `os.environ` only.

    The process has one environment for all interpreters: what C code or a subprocess started without `env=` sees
    there is `PyHookSetEnv`'s business.
    """
    environ: Any = os.environ
    for name, value in variables.items():
        environ._data[environ.encodekey(name)] = environ.encodevalue(value)
