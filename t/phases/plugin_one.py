"""Registers callables for two phases, in every interpreter."""

import functools

import pyhook

from pyhook import Request


@pyhook.hook("fixups")
def first(req: Request) -> None:
    req.err_headers_out.add("X-Fixups", f"first in {pyhook.interpreter_name()}")


@pyhook.hook("fixups")
def second(req: Request) -> None:
    req.err_headers_out.add("X-Fixups", "second")
    if req.args == "fail":
        raise ValueError("as asked")


def guard(what: str, req: Request) -> int:
    return 403 if req.uri == what else pyhook.DECLINED


# A callable without a name.
pyhook.hook("access_checker")(functools.partial(guard, "/forbidden"))


@pyhook.hook("handler")
def content(req: Request):
    return "from a plug-in" if req.uri == "/plugin" else pyhook.DECLINED


def configured(req: Request) -> None:
    req.err_headers_out.add("X-Fixups", "configured")
