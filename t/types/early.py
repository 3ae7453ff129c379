"""Does one thing with a request in one phase: the header `Act` says `phase what`. All of them with a request line that httpd
could not read."""

from collections.abc import Callable

import lifetimes
from pyhook import DECLINED, Request

actions: dict[str, Callable[[Request], object]] = {
    "a file beside": lambda req: req.lookup_file("page.txt"),
    "a file": lambda req: req.lookup_file(f"{req.document_root}/types/page.txt"),
    "a URI beside": lambda req: req.lookup_uri("page.txt"),
    "a URI": lambda req: req.lookup_uri("/types/page.txt"),
    "-F": lambda req: req.expr(f"-F '{req.document_root}/types/page.txt'"),
    "-U": lambda req: req.expr("-U '/types/page.txt'"),
    "variables": lambda req: (req.add_common_vars(), req.add_cgi_vars(), dict(req.subprocess_env)),
    "variables of a proxy": lambda req: (req.notes.update({"proxy-noquery": "1"}), req.add_common_vars()),
    "path_info": lambda req: (setattr(req, "path_info", "no/slash"), req.add_cgi_vars(), dict(req.subprocess_env)),
    "no path_info": lambda req: (setattr(req, "path_info", None), req.add_cgi_vars(), dict(req.subprocess_env)),
}


def do(req: Request, what: str) -> None:
    """Return a member of a record with arguments for it, or one of `actions`."""
    try:
        if what in actions:
            actions[what](req)
        else:
            dict(lifetimes.members(req))[what]()
    except Exception as error:
        req.log(f"{req.phase} {what}: {type(error).__name__}: {error}", "debug")


def act(req: Request) -> int:
    phase, _, what = req.headers_in.get("Act", "none").partition(" ")
    if phase == req.phase:
        do(req, what)
    return DECLINED


def act_on_wrong(req: Request) -> None:
    """For log_transaction: a request without the header is one that httpd refused to read."""
    if "Act" in req.headers_in:
        act(req)
    elif req.status != 200:
        for what in [*actions, *(name for name, _ in lifetimes.members(req))]:
            do(req, what)


def names(req: Request) -> str:
    return "\n".join([*actions, *(name for name, _ in lifetimes.members(req))])
