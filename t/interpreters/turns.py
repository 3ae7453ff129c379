from __future__ import annotations

import ctypes
import os
import threading
import time

import pyhook

# As a PyDLL the call keeps the GIL: a loop around it lets another thread run only if it is asked to.
getenv = ctypes.PyDLL(None).getenv
getenv.restype = ctypes.c_char_p


def work(begun: str) -> str:
    os.environ["TURNS_RELEASED"] = "no"
    open(begun, "w").close()
    end = time.monotonic() + 15
    while getenv(b"TURNS_RELEASED") == b"no":
        if time.monotonic() > end:
            return "nobody had a turn\n"
    return "released\n"


def compute(req: pyhook.Request) -> str:
    return work(req.options["begun"])


def compute_in_thread(req: pyhook.Request) -> str:
    threading.Thread(target=work, args=(req.options["begun"],), daemon=True).start()
    return "started\n"


def release(req: pyhook.Request) -> str:
    """In any interpreter: they share the environment of the process."""
    before = getenv(b"TURNS_RELEASED").decode()
    os.environ["TURNS_RELEASED"] = "yes"
    return f"{req.interpreter} {before}\n"
