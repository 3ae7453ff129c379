"""Calls at the end of a request under HTTP/2: in log_transaction, or in a cleanup."""

import threading

import early
import pyhook
from pyhook import OK, Request


DEADLINE = 20  # seconds, for calls that should return at once
log_has_begun, released = threading.Event(), threading.Event()
logged: list[str] = []


def answer(req: Request) -> str:
    if req.args == "beside":
        log_has_begun.wait(DEADLINE)
    where, _, what = req.headers_in.get("Act", "none").partition(" ")
    if where == "cleanup":
        req.add_cleanup(early.do, req, what)
    return "answered"


def release(req: Request) -> str:
    released.set()
    return "released"


def what_was_logged(req: Request) -> str:
    return "\n".join(logged)


def log(req: Request) -> None:
    if req.args == "slow":
        log_has_begun.set()
        logged.append(f"{req.status}, {req.bytes_sent} bytes, in {req.phase}, released: {released.wait(DEADLINE)}")
    where, _, what = req.headers_in.get("Act", "none").partition(" ")
    if where == "log_transaction":
        early.do(req, what)
