"""Readers that catch the error of an upload that stalls, and filters that pass on, for filter_stalls.t."""

from __future__ import annotations

import pyhook


def upper(chunk):
    return chunk.upper()


def pass_on(f):
    chunk = yield
    while chunk is not None:
        chunk = yield chunk


class Passing:
    def __call__(self, chunk):
        return chunk


def handler(req):
    try:
        req.read()
    except pyhook.BodyError as error:
        return f"caught {error.status}"
    return "read"


def application(environ, start_response):
    try:
        environ["wsgi.input"].read()
        answer = "read"
    except pyhook.BodyError as error:
        answer = f"caught {error.status}"
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [answer.encode()]


async def asgi(scope, receive, send):
    answer = "read"
    try:
        while (await receive()).get("more_body"):
            pass
    except pyhook.BodyError as error:
        answer = f"caught {error.status}"
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": answer.encode()})
