"""A WSGI application (PEP 3333), served by the same module as the hooks.

    PyHookWSGIAlias /wsgi site_wsgi:application
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

TEXT = [("Content-Type", "text/plain; charset=utf-8")]


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """`/` greets, `/count` streams, `/echo` sends back the body, `/environ` shows what the server passed."""
    page = PAGES.get(environ.get("PATH_INFO", "") or "/")
    if page is None:
        start_response("404 Not Found", TEXT)
        return [b"no such page\n"]
    return page(environ, start_response)


def hello(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """The whole body at once."""
    start_response("200 OK", TEXT)
    return [f"Hello from WSGI at {environ['SCRIPT_NAME']}\n".encode("latin-1")]


def count(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """A body sent piece by piece; the server calls `close` of the generator at its end."""
    start_response("200 OK", TEXT)

    def numbers() -> Iterator[bytes]:
        for number in range(1, 6):
            yield f"{number}\n".encode("ascii")

    return numbers()


def echo(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """The request body, through the old `write` callable."""
    write = start_response("200 OK", [("Content-Type", "application/octet-stream")])
    body = environ["wsgi.input"]
    left = int(environ.get("CONTENT_LENGTH") or 0)
    while left > 0 and (chunk := body.read(min(left, 65536))):
        write(chunk)
        left -= len(chunk)
    return []


def show_environ(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """The names and values that PEP 3333 asks for, without the client's credentials."""
    start_response("200 OK", TEXT)
    rows = (f"{name}={value!r}\n" for name, value in sorted(environ.items()) if "AUTH" not in name)
    return (row.encode("utf-8", "replace") for row in rows)


PAGES = {"/": hello, "/count": count, "/echo": echo, "/environ": show_environ}
