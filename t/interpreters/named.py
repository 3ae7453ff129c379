from __future__ import annotations

import ctypes
import os
import subprocess
import time

import pyhook

seen: list[str] = []


def note(req: pyhook.Request) -> None:
    seen.append(req.interpreter)
    req.state.phases = [*getattr(req.state, "phases", []), f"{req.phase}@{req.interpreter}"]


def phases(req: pyhook.Request) -> str:
    note(req)
    return " ".join(req.state.phases) + "\n"


def count(req: pyhook.Request) -> str:
    seen.append(req.interpreter)
    return f"{req.interpreter} {len(seen)}\n"


def whose(req: pyhook.Request) -> str:
    """A callback from C finds its interpreter by PyGILState_Ensure."""
    names: list[str] = []
    ctypes.CFUNCTYPE(None)(lambda: names.append(__import__("_pyhook").interpreter_name()))()
    return f"{req.interpreter} {names[0]}\n"


def meet(req: pyhook.Request) -> str:
    """Wait until as many requests as `args` says are here at once."""
    directory, wanted = req.options["meeting"], int(req.args or "1")
    open(os.path.join(directory, f"{os.getpid()}-{id(req)}"), "w").close()
    for _ in range(500):
        if len(os.listdir(directory)) >= wanted:
            return req.interpreter + "\n"
        time.sleep(0.02)
    return "alone\n"


def outer(req: pyhook.Request) -> None:
    req.write(f"{req.interpreter}\n")
    sub = req.lookup_uri("/pool/inner")
    sub.run()


def inner(req: pyhook.Request) -> str:
    assert req.main is not None
    return f"{req.interpreter}\n"


def environment(req: pyhook.Request) -> str:
    import sys

    return "\n".join([os.environ.get("SHOP_COLOUR", "-"), str("decimal" in sys.modules), sys.path[0]]) + "\n"


def fork(req: pyhook.Request) -> str:
    try:
        child = os.fork()
    except RuntimeError as error:
        return f"{error}\n"
    if child == 0:
        os._exit(0)
    return f"forked, {os.waitpid(child, 0)[1]}\n"


def run(req: pyhook.Request) -> bytes:
    return subprocess.check_output(["echo", req.interpreter])
