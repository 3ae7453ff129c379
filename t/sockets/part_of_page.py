"""A page whose parts mod_include asks for, and a part that sends something by its main request."""

from __future__ import annotations

from collections.abc import Iterator

from pyhook import Request


def page(req: Request) -> Iterator[bytes]:
    """The filter gets the first part before the end of the page, and the last one with it."""
    yield b'a <!--#include virtual="/part-of-page/part" --> ' + b"b" * 10_000
    yield b'<!--#include virtual="/part-of-page/part" --> c'


def part(req: Request) -> str:
    main = req.main
    assert main
    try:
        if main.args == "write":
            main.write("more")
        elif main.args == "flush":
            main.flush()
        elif main.args == "run":
            main.lookup_uri("/part-of-page/leaf").run()
        elif main.args == "own":
            req.lookup_uri("/part-of-page/leaf").run()
    except (ConnectionError, RuntimeError) as error:
        req.log(f"refused: {error}")
        return "refused"
    return "part"


def outer(req: Request) -> str:
    """A page whose part, another sub-request, has the same filter."""
    req.lookup_uri("/part-of-page/filtered").run()
    return "outer"


def filtered(req: Request) -> str:
    """A part that runs parts of its own: their ends are not that of its filter."""
    for _ in range(2):
        req.lookup_uri("/part-of-page/leaf").run()
    return '<!--#echo var="DOCUMENT_URI" --> '


def leaf(req: Request) -> str:
    return "leaf "
