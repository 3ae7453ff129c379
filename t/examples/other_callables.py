"""What other modules of httpd call in other_modules.t."""

from __future__ import annotations

from pyhook import HTTPError, Request


def greet(req: Request, name: str) -> str:
    assert req.phase == "other_module"
    return f"Hello, {name} from {req.uri}"


def alone(req: Request) -> str:
    return "alone"


def nothing(req: Request) -> None:
    pass


def number(req: Request) -> int:
    return 42


def forbidden(req: Request) -> str:
    raise HTTPError(403)


def broken(req: Request) -> str:
    raise RuntimeError("broken")


def wrong(req: Request) -> object:
    return [1]
