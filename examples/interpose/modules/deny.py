"""Deny what lies below the paths in DENY, separated by colons: EACCES, as if it were forbidden."""

import errno
import os

DENIED = tuple(path for path in os.environ.get("DENY", "").split(":") if path)


def open(path: str, flags: int, mode: int) -> None:
    refuse(path)


def stat(path: str | int) -> None:
    if isinstance(path, str):
        refuse(path)


def refuse(path: str) -> None:
    if DENIED and os.path.realpath(path).startswith(DENIED):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
