"""Adds a sentence to an exception in the error log: the cure for a beginner's mistake, which the traceback does not
show.
"""

from __future__ import annotations

import os
import sys
from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_HERE = os.path.dirname(__file__)
_OWN = (_HERE, f"{_HERE}/worker")

whose = "the server's user"
"""Whom Python runs as, for a sentence."""


def cure(exception: BaseException, phase: str, callable: str) -> str:
    """Return what to do about an exception of `callable`, which `phase` called or was about to load; mostly `""`."""
    if isinstance(exception, ModuleNotFoundError):
        return _missing(exception, callable)
    if isinstance(exception, PermissionError) and exception.filename is not None:
        return _forbidden(exception.filename, phase)
    is_own = _is_own_call(exception)
    if is_own and isinstance(exception, AttributeError) and isinstance(exception.obj, ModuleType):
        return other_names(exception.obj, exception.name)
    if not isinstance(exception, (AttributeError, TypeError, RuntimeError)):  # it explains itself
        return ""
    from . import mistaken

    return mistaken.cure(exception, phase, callable, is_own)


def cure_of_result(phase: str, result: object) -> str:
    """Return what to do about a result that `phase` can't use, after a semicolon; mostly `""`."""
    if phase not in ("handler", "quick_handler"):
        return ""
    if isinstance(result, tuple) and len(result) > 1 and isinstance(result[0], (str, bytes)) and isinstance(result[1], int):
        return "; return the body alone, and set req.status and req.headers_out"
    if isinstance(result, dict):
        return "; for JSON return json.dumps(...), and set req.content_type"
    if isinstance(result, (list, tuple)):
        return "; for JSON return json.dumps(...), and set req.content_type; for a body in pieces return iter(...)"
    return ""


def _is_own_call(exception: BaseException) -> bool:
    """Has mod_pyhook or this package raised it, and no code of the user?"""
    at = exception.__traceback__
    while at is not None and os.path.dirname(at.tb_frame.f_code.co_filename) in _OWN:
        at = at.tb_next
    return at is None


def user() -> str:
    """Return the name of the user that this process runs as, or its number if it has no name."""
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def _missing(missing: ModuleNotFoundError, callable: str) -> str:
    name = missing.name or ""
    if closed := _unreadable(name):
        return closed
    module, _, attribute = callable.removeprefix("import=").partition(":")
    if name != module and not module.startswith(f"{name}."):  # another module imports it
        return ""
    above, _, last = name.rpartition(".")
    if last == "py" and above in sys.modules:
        return f"a module is named without .py: write {above}:{attribute}" if attribute else f"write {above} without .py"
    if above:
        package = getattr(sys.modules.get(above), "__path__", None)
        return f"{above} is no package" if package is None else f"The package {above} is in {_listed(package)}"
    from . import loading

    searched = "".join(f" {_listed(group)} ({directive})," for directive, group in loading.directories() if group)
    if not searched:
        return "No directory is named to look for it: name the one that holds it with PyHookPath"
    return f"It was looked for in{searched} and where the environment has its packages: name the directory that holds it"


def _listed(directories: Iterable[str], most: int = 6) -> str:
    all = list(dict.fromkeys(directories))
    more = f" and {len(all) - most} more" if len(all) > most else ""
    return ", ".join(all[:most]) + more


def _unreadable(name: str) -> str:
    """Return the cure if Python reports a module as missing because it may not read it, otherwise ""."""
    above, _, last = name.rpartition(".")
    package = getattr(sys.modules.get(above), "__path__", None)
    if package is None:
        places = [place for directory in (*sys.path, *_site_packages()) for place in _places(directory, name)]
    else:
        places = [place for directory in package for place in _places(directory, last)]
    closed = list(dict.fromkeys(path for path in map(_closed, places) if path is not None))
    if not closed:
        return ""
    return (
        f"{', '.join(closed)} can't be read by {user()}, {whose}: "
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


def _forbidden(path: object, phase: str) -> str:
    """Say who may not do what where, as far as the file system tells."""
    name = os.path.abspath(os.fsdecode(path)) if isinstance(path, (str, bytes)) else str(path)
    above = os.path.dirname(name)
    if closed := _closed(name):
        what = f"can't read {closed}" if closed == name else f"can't enter {closed}"
    elif os.path.exists(name):
        what = f"can't write {name}" if not os.access(name, os.W_OK) else f"is refused {name}"
    else:
        what = f"can't write in {above}" if not os.access(above, os.W_OK) else f"is refused {name}"
    cure = f"{user()}, {whose}, {what}: let that user, or name another place"
    if "log" in phase or "log" in os.path.basename(name) + os.path.basename(above):
        cure += ". What CustomLog names is opened by the user who starts httpd"
    return cure


def other_names(module: ModuleType, name: str | None) -> str:
    """Say which callables a module has that lacks a callable of this name."""
    file = getattr(module, "__file__", None) or module.__name__
    own = callables_of(module)
    if not own:
        return f"{file} has no {name!r}, and no other callable"
    return f"{file} has no {name!r}, but {', '.join(own[:8])}: write after the colon what is meant"


def callables_of(module: ModuleType) -> list[str]:
    """Return the public names of the callables that were made in a module."""
    return [
        name
        for name, value in vars(module).items()
        if callable(value) and not name.startswith("_") and _is_own(value, module)
    ]


def _is_own(value: object, module: ModuleType) -> bool:
    """Is it made in that module: a function, a class, or an object such as the application of a framework? Flask's
    `request` and other proxies, which have no attribute outside a request, are not.
    """
    try:
        is_definition = isinstance(value, type) or hasattr(value, "__qualname__")
    except Exception:
        return False
    return not is_definition or getattr(value, "__module__", None) == module.__name__

