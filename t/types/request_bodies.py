"""Reads what the client sends: as the expression in the header `Ask` says, or to the end, and tells how it went."""

from asking import ask as ask
from pyhook import BodyError, Request


def tell(req: Request) -> str:
    try:
        body = req.discard_request_body() if req.args == "discard" else req.read()
    except BodyError as error:
        req.log(f"body: {error.status} {isinstance(error, OSError)} {error.detail}")
        return f"{error.status} {again(req)}"
    return f"{body!r} {req.headers_in.get('Expect')}"


def again(req: Request) -> str:
    try:
        req.read()
    except BodyError as error:
        return f"and {error.status}"
    return "and nothing"


def echo(req: Request) -> None:
    while piece := req.read(1000):
        req.write(piece)


def discard(req: Request) -> str:
    req.discard_request_body()
    return repr(req.read())


def flushed(req: Request) -> str:
    req.flush()
    return repr(req.read())


def unread(req: Request) -> str:
    return "not read"


def first_line(req: Request) -> None:
    """An earlier phase reads a part; the handler reads the rest."""
    req.state.first = req.readline()
