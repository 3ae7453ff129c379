"""A Content-Length for a body that somebody else sends. The query is the length."""

from collections.abc import Iterator

from pyhook import Filter, Request


def set_in_fixups(req: Request) -> None:
    if req.uri.endswith("/status"):
        req.headers_out["Content-Length"] = req.args or "0"


def decline(f: Filter) -> Iterator[None]:
    f.request.set_content_length(int(f.request.args or 0))
    f.decline()
    yield None


def answer(req: Request) -> Iterator[str]:
    for _ in range(4):
        yield "piece"
        req.flush()


def page(req: Request) -> str:
    req.set_content_length(int(req.args or 0))
    return 'one <!--#include virtual="/types/lengths/part" --> two'


def part(req: Request) -> str:
    assert req.main is not None
    req.main.set_content_length(int(req.main.args or 0))
    return "part"
