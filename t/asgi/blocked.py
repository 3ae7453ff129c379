"""Coroutines that block their event loop."""

from __future__ import annotations

import ctypes
import time

from pyhook import Request


async def sleeps(req: Request) -> str:
    time.sleep(float(req.args or 0))
    return "slept"


async def keeps_the_gil(req: Request) -> str:
    """Sleeps in C, and lets no other thread run Python meanwhile."""
    ctypes.PyDLL(None).usleep(3_000_000)
    return "slept"
