"""Callables that say that they ran."""

from pyhook import DECLINED, OK, Request


def ran(name):
    def callable(req: Request):
        req.err_headers_out.add("X-" + req.phase.replace("_", "-"), name)
        return DECLINED

    return callable


a, b, c, d = map(ran, "abcd")


def content(req: Request) -> str:
    return "made by Python"


def other_handler(req: Request) -> int:
    """Choose the handler later than PyHookHandler does."""
    req.handler = "server-status"
    return DECLINED


class Counter:
    """Made once per interpreter."""

    made = 0

    def __init__(self):
        type(self).made += 1
        self.calls = 0

    def __call__(self, req: Request) -> str:
        self.calls += 1
        return f"{self.made} {self.calls}"

    class Inner:
        def method(self, req: Request) -> str:
            return f"inner {type(self).__name__}"
