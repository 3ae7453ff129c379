"""Returns a number that fits into no C type, from every callable that is no phase."""

from pyhook import Request


def huge(*_: object) -> int:
    return 10**30


def huge_below(req: Request, path: str) -> int | None:
    return 10**30 if req.uri.startswith("/huge/tree") else None


class Huge:
    """A provider of logins, and of authorization."""

    def __call__(self, *_: object) -> int:
        return 10**30

    check_password = __call__


def page(req: Request) -> str:
    req.content_type = "text/html"
    return "<!--#pyhook call='huge' -->"


def url(req: Request) -> str:
    return req.construct_url(req.uri)


def well(req: Request) -> str:
    return "well"
