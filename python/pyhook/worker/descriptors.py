"""The descriptors of a worker process: connections may not use up those that its applications need."""

from __future__ import annotations

import os
import resource
import socket
import sys
import time
from array import array

_MOST_KEPT, _LEAST_KEPT = 64, 8
_PAUSE = 60.0  # seconds from one entry to the next


class Descriptors:
    """Takes the connections that httpd passes, and says which of them are too many. One thread at a time uses it."""

    def __init__(self, slot: int, group: str) -> None:
        self._slot = slot
        self._group = group
        self._spare: int | None = os.dup(slot)
        """So that a connection can be taken, and refused, when nothing else is left."""
        self._told: float | None = None

    def receive(self, slot: socket.socket) -> tuple[bytes, array[int], bool]:
        """Return what httpd has sent, the descriptors that came with it, and whether they are too many."""
        rights = array("i")
        if self._spare is not None:
            os.close(self._spare)
        try:
            errand, ancillary, flags, _ = slot.recvmsg(1, socket.CMSG_SPACE(rights.itemsize))
        except BlockingIOError:
            errand, ancillary, flags = b"", [], 0
        for _, _, data in ancillary:
            rights.frombytes(data[: len(data) - len(data) % rights.itemsize])
        try:
            self._spare = os.dup(self._slot)
        except OSError:
            self._spare = None
        is_lost = bool(flags & socket.MSG_CTRUNC)  # there was no descriptor for it: httpd finds the connection closed
        is_full = is_lost or (len(rights) > 0 and (self._spare is None or self._spare >= _most()))
        if is_full:
            self._report()
        return errand, rights, is_full

    def _report(self) -> None:
        now = time.monotonic()
        if self._told is None or now - self._told >= _PAUSE:
            self._told = now
            print(f"PYHOOK0087: process {os.getpid()} of '{self._group}' takes no more connections: it may have {_limit()} files and "
                  "connections open, of which some are kept for its applications. Write a larger files=", file=sys.stderr)


def _limit() -> int:
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return sys.maxsize if limit == resource.RLIM_INFINITY else limit


def _most() -> int:
    """Return the first number that is kept. The system gives each new descriptor, as the spare one, the smallest that is free."""
    limit = _limit()
    return limit - min(_MOST_KEPT, max(_LEAST_KEPT, limit // 8))
