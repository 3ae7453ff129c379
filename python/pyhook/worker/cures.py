"""What `pyhook.cures` knows of an exception, asked as a process names its applications."""

from __future__ import annotations

from .. import cures
from .. import loading as names
from . import loading


def cure(exception: BaseException, name: str) -> str:
    """Return what to do about an exception of `name`, which `loading.application` was given; mostly `""`."""
    phase, _, callable = name.rpartition(" ") if name.startswith((loading.ASGI, loading.HANDLER)) else ("wsgi", "", name)
    cures.whose = "the user of these processes"
    names.set_directories("PyHookPath, path=", loading.directories)
    if (made := loading.loaded(name)) is not None:
        names.made[callable] = made
    return cures.cure(exception, phase, callable)
