"""`mp_finfo`: what is known of a file, by names and by the numbers that `apache` calls FINFO_…"""

from __future__ import annotations

import os
import stat as modes

from .constants import (
    APR_BLK,
    APR_CHR,
    APR_DIR,
    APR_FINFO_NORM,
    APR_LNK,
    APR_NOFILE,
    APR_PIPE,
    APR_REG,
    APR_SOCK,
    APR_UNKFILE,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

TYPES = {
    modes.S_IFREG: APR_REG,
    modes.S_IFDIR: APR_DIR,
    modes.S_IFCHR: APR_CHR,
    modes.S_IFBLK: APR_BLK,
    modes.S_IFIFO: APR_PIPE,
    modes.S_IFLNK: APR_LNK,
    modes.S_IFSOCK: APR_SOCK,
}

MEMBERS = (
    "protection inode device nlink user group size atime mtime ctime fname name filetype"
).split()
"""The members by their numbers."""


class mp_finfo:  # noqa: N801
    """A file: `apr_finfo_t`. A file that is not there has the type `APR_NOFILE` and no other members."""

    def __init__(self, fname: str | None, found: os.stat_result | None) -> None:
        self.fname = fname
        self.name = None if fname is None else os.path.basename(fname)
        self.valid = APR_FINFO_NORM if found else 0
        self.filetype = TYPES.get(modes.S_IFMT(found.st_mode), APR_UNKFILE) if found else APR_NOFILE
        self.protection = modes.S_IMODE(found.st_mode) if found else None
        self.user = found.st_uid if found else None
        self.group = found.st_gid if found else None
        self.size = found.st_size if found else None
        self.inode = found.st_ino if found else None
        self.device = found.st_dev if found else None
        self.nlink = found.st_nlink if found else None
        self.atime = int(found.st_atime) if found else None
        self.mtime = int(found.st_mtime) if found else None
        self.ctime = int(found.st_ctime) if found else None

    def __getitem__(self, number: int) -> Any:
        return getattr(self, MEMBERS[number])

    def __len__(self) -> int:
        return len(MEMBERS)

    def __repr__(self) -> str:
        return "{" + ", ".join(f"{name!r}: {getattr(self, name)!r}" for name in MEMBERS) + "}"


mp_finfo.__module__ = "builtins"


def stat(fname: str, wanted: int = APR_FINFO_NORM) -> mp_finfo:
    """Look at a file; all is found out, whatever is wanted. Raises `OSError` if the file is not there."""
    return mp_finfo(fname, os.stat(fname))


def found(fname: str | None) -> mp_finfo:
    """Look at a file that may be missing."""
    try:
        return mp_finfo(fname, os.stat(fname)) if fname else mp_finfo(fname, None)
    except OSError:
        return mp_finfo(fname, None)
