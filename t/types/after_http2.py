"""What a request's end does under HTTP/2: in log_transaction, or in a cleanup."""

import early
import pyhook
from pyhook import OK, Request


def answer(req: Request) -> str:
    where, _, what = req.headers_in.get("Act", "none").partition(" ")
    if where == "cleanup":
        req.add_cleanup(early.do, req, what)
    return "answered"


def log(req: Request) -> None:
    where, _, what = req.headers_in.get("Act", "none").partition(" ")
    if where == "log_transaction":
        early.do(req, what)
