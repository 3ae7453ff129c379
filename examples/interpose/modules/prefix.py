"""What deny.c decides, in Python, to measure by: a look at how a path begins."""

import errno
import os

DENIED = os.environ["DENY"]


def open(path: str, flags: int, mode: int) -> None:
    if path.startswith(DENIED):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def stat(path: str | int) -> None:
    if isinstance(path, str) and path.startswith(DENIED):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
