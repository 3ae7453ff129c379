"""Applications asked over TLS and HTTP/2."""

from __future__ import annotations

PLAIN = [("Content-Type", "text/plain")]


def show(environ, start_response):
    start_response("200 OK", PLAIN)
    names = sorted(name for name in environ if name.startswith(("SSL_", "HTTPS", "SERVER_P", "REQUEST_S", "wsgi.url")))
    return ["".join(f"{name}={environ[name]}\n" for name in names).encode()]


def cookie(environ, start_response):
    start_response("200 OK", [*PLAIN, ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])
    return [environ.get("HTTP_COOKIE", "").encode()]


def too_short(environ, start_response):
    start_response("200 OK", [*PLAIN, ("Content-Length", "50")])
    return [b"short"]


def midway(environ, start_response):
    start_response("200 OK", PLAIN)
    yield b"begun"
    raise RuntimeError("midway")


def body(environ, start_response):
    content = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    start_response("200 OK", PLAIN)
    return [b"%d %s" % (len(content), environ.get("HTTP_TRANSFER_ENCODING", "none").encode())]


class Endless:
    def __init__(self, errors):
        self.errors = errors

    def __iter__(self):
        return self

    def __next__(self):
        return b"x" * 1000

    def close(self):
        print("closed endless", file=self.errors)


def endless(environ, start_response):
    start_response("200 OK", PLAIN)
    return Endless(environ["wsgi.errors"])


def endless_writes(environ, start_response):
    write = start_response("200 OK", PLAIN)
    try:
        while True:
            write(b"x" * 1000)
    except ConnectionError as error:
        print("stopped writing:", error, file=environ["wsgi.errors"])
    return []


def no_start(environ, start_response):
    """Gives a piece before start_response, because its client has gone."""
    request = environ["pyhook.request"]
    while not request.connection.aborted:
        try:
            request.send_interim_response(103)
        except ConnectionError:
            pass
    print("gives nothing", file=environ["wsgi.errors"])
    return iter([b""])


def app(environ, start_response):
    return globals()[environ["PATH_INFO"].strip("/")](environ, start_response)
