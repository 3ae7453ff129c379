"""Adds a sentence to an exception in the error log: the cure for a beginner's mistake, which the traceback does not
show.
"""

from __future__ import annotations

import os
import re
import sys
from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_WRONG_CALL = re.compile(r"\b(?:takes .*positional argument|missing \d+ required )")


def cure(exception: BaseException, phase: str, callable: str) -> str:
    """Return what to do about an exception of `callable`, which `phase` called or was about to load; mostly `""`."""
    if isinstance(exception, ModuleNotFoundError):
        return _unreadable(exception.name or "")
    if isinstance(exception, PermissionError) and exception.filename is not None:
        return _forbidden(exception.filename)
    if exception.__traceback__ is not None:  # an exception in the user's code explains itself
        return ""
    if isinstance(exception, AttributeError) and isinstance(exception.obj, ModuleType):
        return _other_names(exception.obj, exception.name)
    if isinstance(exception, TypeError) and _WRONG_CALL.search(str(exception)):
        return _call(phase, callable)
    return ""


def user() -> str:
    """Return the name of the user that this process runs as, or its number if it has no name."""
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def _unreadable(name: str) -> str:
    """Return the cure if Python reports a module as missing because it may not read it, otherwise ""."""
    places = [place for directory in (*sys.path, *_site_packages()) for place in _places(directory, name)]
    closed = list(dict.fromkeys(path for path in map(_closed, places) if path is not None))
    if not closed:
        return ""
    return (
        f"{', '.join(closed)} can't be read by {user()}, the server's user: "
        "let that user read it, and enter the directories above it"
    )


def _site_packages() -> list[str]:
    """Where packages are installed: `site` leaves out of `sys.path` what it can't see."""
    import site

    return site.getsitepackages()


def _places(directory: str, name: str) -> Iterator[str]:
    """Yield the places where a directory of `sys.path` may have a module, and the packages on the way to it."""
    yield directory
    for part in name.split("."):
        directory = f"{directory}/{part}"
        yield directory
        yield f"{directory}.py"
        yield f"{directory}/__init__.py"


def _closed(path: str) -> str | None:
    """Return the outermost part of an absolute path that this process may not enter or read; None if there is none, or
    no file.
    """
    ends = [at for at, letter in enumerate(path) if letter == "/" and at > 0]
    for above in [path[:end] for end in ends]:
        if not os.path.isdir(above):
            return None
        if not os.access(above, os.X_OK):
            return above
    wanted = os.R_OK | os.X_OK if os.path.isdir(path) else os.R_OK
    return path if os.path.exists(path) and not os.access(path, wanted) else None


def _forbidden(path: object) -> str:
    """Say who may not do what where, as far as the file system tells."""
    name = os.path.abspath(os.fsdecode(path)) if isinstance(path, (str, bytes)) else str(path)
    above = os.path.dirname(name)
    if closed := _closed(name):
        what = f"can't read {closed}" if closed == name else f"can't enter {closed}"
    elif os.path.exists(name):
        what = f"can't write {name}" if not os.access(name, os.W_OK) else f"is refused {name}"
    else:
        what = f"can't write in {above}" if not os.access(above, os.W_OK) else f"is refused {name}"
    return (
        f"{user()}, the server's user, {what}: let that user, or name another place. "
        "A file of CustomLog or ErrorLog, or a program behind '|', is opened before, by the user who starts httpd"
    )


def _other_names(module: ModuleType, name: str | None) -> str:
    file = getattr(module, "__file__", None) or module.__name__
    own = [
        other
        for other, value in vars(module).items()
        if callable(value) and not other.startswith("_") and _is_own(value, module)
    ]
    if not own:
        return f"{file} has no {name!r}, and no other callable"
    return f"{file} has no {name!r}, but {', '.join(own[:8])}: write after the colon what is meant"


def _is_own(value: object, module: ModuleType) -> bool:
    """Is it made in that module: a function, a class, or an object such as the application of a framework?"""
    is_definition = isinstance(value, type) or hasattr(value, "__qualname__")
    return not is_definition or getattr(value, "__module__", None) == module.__name__


def _call(phase: str, callable: str) -> str:
    from ._native import phases

    if phase == "wsgi":
        return (
            "an application is called with (environ, start_response). "
            f"If {callable} is a factory that makes one, name it with (): {callable}()"
        )
    return f"{callable} is called with one argument, the request" if phase in phases else ""
