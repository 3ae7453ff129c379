"""Callables for the .htaccess files of this topic."""

from pyhook import Request


def handler(req: Request) -> str:
    return f"from .htaccess, option {req.options.get('where')}, in {req.interpreter}"


def fixup(req: Request) -> None:
    req.err_headers_out["X-Fixup"] = "ran"


def say_where(req: Request) -> None:
    req.err_headers_out["X-Where"] = req.options["where"]
