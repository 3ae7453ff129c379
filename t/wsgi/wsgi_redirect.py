"""Applications that redirect their request, and answer nevertheless."""

from __future__ import annotations

PLAIN = [("Content-Type", "text/plain"), ("X-Own", "yes")]


def redirect(environ):
    environ["pyhook.request"].internal_redirect("/index.html")


def starts_then_redirects(environ, start_response):
    start_response("200 OK", PLAIN)
    redirect(environ)
    return [b"second"]


def starts_late(environ, start_response):
    redirect(environ)
    start_response("200 OK", PLAIN)
    return [b"second"]


def writes(environ, start_response):
    write = start_response("200 OK", PLAIN)
    redirect(environ)
    write(b"second")
    return [b"third"]


def yields(environ, start_response):
    start_response("200 OK", PLAIN)
    redirect(environ)
    yield b"second"
    yield b"third"


def file(environ, start_response):
    start_response("200 OK", PLAIN)
    redirect(environ)
    return environ["wsgi.file_wrapper"](open(__file__, "rb"))


def length(environ, start_response):
    start_response("200 OK", [*PLAIN, ("Content-Length", "50")])
    redirect(environ)
    return []


def raises(environ, start_response):
    start_response("200 OK", PLAIN)
    redirect(environ)
    raise LookupError("after the redirect")


def in_close(environ, start_response):
    class Result:
        def __iter__(self):
            return iter([])

        def close(self):
            redirect(environ)

    start_response("200 OK", PLAIN)
    return Result()


def begun(environ, start_response):
    start_response("200 OK", PLAIN)(b"begun,")
    try:
        redirect(environ)
    except RuntimeError as error:
        return [str(error).encode()]


def app(environ, start_response):
    return globals()[environ["PATH_INFO"].strip("/")](environ, start_response)
