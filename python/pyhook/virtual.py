"""Files and directories that are not on disk, as `PyHookDirwalkStat` describes them."""

from __future__ import annotations

import stat
from typing import NamedTuple


class Stat(NamedTuple):
    """The part of `os.stat_result` that httpd uses."""

    st_mode: int
    st_size: int = 0
    st_mtime: float = 0.0


def file(size: int, mtime: float = 0.0) -> Stat:
    """A file of `size` bytes, last modified at `mtime` (seconds since 1970)."""
    return Stat(stat.S_IFREG | 0o444, size, mtime)


def directory(mtime: float = 0.0) -> Stat:
    """A directory."""
    return Stat(stat.S_IFDIR | 0o555, 0, mtime)
