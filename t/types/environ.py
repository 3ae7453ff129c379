"""Environs, and results that answer like WSGI applications."""

import pyhook


def note(req):
    environ = pyhook.environ(req)
    req.err_headers_out["X-Fixups"] = f"{environ['SCRIPT_NAME']}|{environ['PATH_INFO']}|{environ['pyhook.request'] is req}"


def show(req):
    environ = pyhook.environ(req)
    body = environ["wsgi.input"].read()
    names = ("REQUEST_METHOD", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING", "HTTP_X_TEST", "CONTENT_TYPE", "CONTENT_LENGTH")
    return "\n".join([*(f"{name}={environ.get(name)}" for name in names), repr(body)])


class Response:
    """A response as libraries have it: it is called with environ and start_response."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def __call__(self, environ, start_response):
        start_response(self.status, [*self.headers, ("X-Path", environ["PATH_INFO"])])
        return self.body


def respond(req):
    return Response("418 I'm a teapot", [("Content-Type", "text/plain"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")], [b"short ", b"and stout"])


def late(req):
    def pieces():
        yield b"one "
        yield b"two"

    return Response("200 OK", [("Content-Type", "text/plain")], pieces())


def raises(req):
    def broken(environ, start_response):
        raise RuntimeError("no response")

    return broken


def silent(req):
    return lambda environ, start_response: []
