"""Callables that answer in each phase as the X-Do header says: `fixups=true`."""

from http import HTTPStatus

from pyhook import DECLINED, DONE, OK, HTTPError, Request

PASSED = "__passed__"


def fail(error):
    raise error


ANSWERS = {
    "none": lambda: None,
    "declined": lambda: DECLINED,
    "ok": lambda: OK,
    "done": lambda: DONE,
    "status": lambda: 409,
    "enum": lambda: HTTPStatus.CONFLICT,
    "true": lambda: True,
    "false": lambda: False,
    "object": object,
    "number": lambda: 42,
    "huge": lambda: 2**100,
    "minus": lambda: -(2**100),
    "interim": lambda: 103,
    "float": lambda: 0.0,
    "list": list,
    "text": lambda: "x",
    "raise": lambda: fail(ValueError("as asked")),
    "exit": lambda: fail(SystemExit(0)),
    "interrupt": lambda: fail(KeyboardInterrupt()),
    "memory": lambda: fail(MemoryError()),
    "recursion": lambda: recursion(),
    "generator": lambda: fail(GeneratorExit()),
    "surrogate": lambda: fail(ValueError("\udcff\ud800" + "x" * 200_000)),
    "error": lambda: fail(HTTPError(409, "as asked", headers={"X-Why": "because"})),
    "badheader": lambda: fail(HTTPError(409, headers={"X-Why": "a\r\nX-Injected: b"})),
    "allowing": lambda: fail(changed(HTTPError(409), 0)),
    "declining": lambda: fail(changed(HTTPError(409), -1)),
    "odd": lambda: Odd(),
}


class Odd:
    def __repr__(self):
        raise RuntimeError("no words")


def changed(error, status):
    error.status = status
    return error


def recursion():
    return recursion()


def act(req: Request):
    phase, _, answer = req.headers_in.get("X-Do", "").partition("=")
    if phase == req.phase:
        return ANSWERS[answer]()
    if req.phase == "check_authn":
        req.user = "somebody"
        return OK
    return DECLINED


def after(req: Request):
    """Leave a trace by which a client can see that the second callable ran."""
    req.err_headers_out.add("X-After", req.phase)
    if req.phase == "log_transaction":
        req.log("the second log callable ran")
    return DECLINED
