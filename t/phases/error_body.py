"""HTTPError with a body: which bodies are possible, and others that can change the answer."""

from __future__ import annotations

from pyhook import HTTPError, Request

ERRORS = {
    "text": lambda: HTTPError(403, body="<p>é"),
    "bytes": lambda: HTTPError(403, body=b"\x00\xff"),
    "empty": lambda: HTTPError(403, body=b""),
    "large": lambda: HTTPError(403, body=b"x" * 1_000_000),
    "typed": lambda: HTTPError(403, body=b"{}", headers={"content-type": "application/json"}),
    "moved": lambda: HTTPError(302, body="there", headers={"Location": "http://localhost/there"}),
    "internal": lambda: HTTPError(500, body="sorry"),
    "methods": lambda: HTTPError(405, headers={"Allow": "PUT, PROPFIND"}),
    "methods-and-body": lambda: HTTPError(405, headers={"Allow": "PUT, PROPFIND"}, body="no"),
    "surrogate": lambda: HTTPError(403, body="\udcff"),
    "split": lambda: HTTPError(403, body=b"{}", content_type="text/plain\r\nX-Split: yes"),
}


def raises(req: Request) -> None:
    raise ERRORS[req.args or "text"]()


def number(req: Request) -> None:
    error = HTTPError(403)
    error.body = 1  # type: ignore[assignment]
    raise error


def unheard(req: Request) -> int:
    """Another access checker, or Satisfy any, may overrule it."""
    raise HTTPError(403 if req.args == "known" else 450, "no", body="my own words")


def fails(req: Request) -> int:
    raise RuntimeError("today")


def first(req: Request) -> bool:
    raise HTTPError(451, body="the first")


def second(req: Request) -> bool:
    raise HTTPError(403, body="the second")


def shout(chunk: bytes) -> bytes:
    return chunk.upper()


def add_shout(req: Request) -> None:
    req.add_output_filter("error-shout")


def another(req: Request) -> None:
    raise HTTPError(503, body="another body")


def page(req: Request) -> str:
    return "a page\n"
