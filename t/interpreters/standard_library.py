from __future__ import annotations

import contextlib
import importlib
import io
import sys
import warnings

import pyhook

# One opens a browser when it is imported, the other prints a poem.
NOT_TRIED = {"antigravity", "this"}


def refused(name: str) -> str | None:
    try:
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            importlib.import_module(name)
    except ImportError as error:
        return str(error)
    return None


def modules(req: pyhook.Request) -> str:
    """Yield each module of the standard library that this interpreter does not load, with the reason."""
    reasons = {name: refused(name) for name in sorted(sys.stdlib_module_names - NOT_TRIED)}
    lines = [f"{name}: {reason}\n" for name, reason in reasons.items() if reason is not None]
    return f"{req.interpreter} {sys.version_info.major}.{sys.version_info.minor}\n" + "".join(lines)
