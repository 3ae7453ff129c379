from __future__ import annotations

import atexit
import os

import pyhook


def hello(req: pyhook.Request) -> str:
    return f"{os.getpid()}\n"


def remember(req: pyhook.Request) -> str:
    atexit.register(print, f"goodbye from {os.getpid()}")
    return "registered\n"


def allow(req: pyhook.Request) -> int:
    return pyhook.OK
