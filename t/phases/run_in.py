"""Counts the requests that this interpreter's copy of the module has seen."""

import os
import threading

import pyhook

from pyhook import Request

pyhook.log(f"run_in is imported in {pyhook.interpreter_name()}", "notice")
counted = 0
lock = threading.Lock()


def count(req: Request) -> str:
    global counted
    with lock:
        counted += 1
    options = ",".join(f"{key}={req.options[key]}" for key in sorted(req.options))
    return f"{req.interpreter} {counted} [{options}] {os.environ['RUN_IN_VARIABLE']}"


def redirect(req: Request) -> None:
    """Lead to a section of another interpreter, and back into this one."""
    req.internal_redirect("/run-in/one")
    pyhook.log(f"back in {pyhook.interpreter_name()} {pyhook.current_request().uri}", "notice")


def nested(req: Request) -> None:
    """Run sub-requests in other interpreters between pieces of its own output."""
    for place in ("one", "two", "two/main"):
        req.write(f"{pyhook.interpreter_name()} asks ")
        assert req.lookup_uri(f"/run-in/{place}").run() == 0
        req.write("\n")
