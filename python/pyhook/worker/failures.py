"""How httpd is told that an application has failed."""

from __future__ import annotations

from ..errors import BodyError
from . import frames, loading
from .clock import RequestTimeout
from .tracebacks import traceback_of

RAISED, WRONG_RESULT, NOT_WSGI, _TOO_LONG = "PYHOOK0005", "PYHOOK0006", "PYHOOK0070", "PYHOOK0085"


class Misuse(Exception):
    """The application did something that PEP 3333 does not allow, or a handler something that httpd does not know."""

    def __init__(self, what: str, code: str = NOT_WSGI) -> None:
        super().__init__(what)
        self.code = code


def failure(exception: BaseException, name: str) -> bytes:
    """Return the frame that tells httpd of an exception. `name` is that of `loading.application`."""
    if isinstance(exception, Misuse):
        return refusal("500", exception.code, str(exception), "")
    if isinstance(exception, loading.Unresolved):
        return refusal("500", exception.code, str(exception), described(exception.__cause__ or exception, name))
    if isinstance(exception, RequestTimeout):
        return refusal("504", _TOO_LONG, "ran longer than request-timeout", traceback_of(exception))
    if isinstance(exception, BodyError):
        return refusal(str(exception.status), "", "", "")
    return refusal("500", RAISED, "raised", described(exception, name))


def described(exception: BaseException, name: str) -> str:
    """Return the traceback, and what to do about a beginner's mistake, as in a child. `name` is that of
    `loading.application`, or `import=` and a module.
    """
    try:
        from .cures import cure

        known = cure(exception, name)
    except Exception:  # Python 3.9 and 3.10 lack what some need
        known = ""
    return f"{traceback_of(exception)}\n{known}" if known else traceback_of(exception)


def refusal(status: str, code: str, what: str, text: str) -> bytes:
    """Return the frame of an error status; without a code nothing is logged."""
    items = [item.replace("\0", " ").encode("utf-8", "backslashreplace") for item in (status, code, what, text)]
    return frames.pack(frames.FAIL, b"\0".join(items)[: frames.MOST - 1] + b"\0")
