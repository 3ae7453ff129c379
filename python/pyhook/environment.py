"""The environment variables of a named interpreter (`PyHookInterpreter setenv=`)."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


def set_variables(variables: Mapping[str, str]) -> None:
    """Put variables into the `os.environ` of this interpreter only.

    The process has one environment for all interpreters, which C code and subprocesses started without `env=` see. Only
    `PyHookSetEnv` changes that one.
    """
    environ: Any = os.environ
    for name, value in variables.items():
        environ._data[environ.encodekey(name)] = environ.encodevalue(value)
