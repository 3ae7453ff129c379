"""A handler may return a WSGI response: `call` does with it what httpd does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

import pyhook
from pyhook import Request
from pyhook.testing import FakeRequest, Response, call


def answer_of(make: Callable[[Request], object], **fields: Any) -> Response:
    return call(make, FakeRequest(**fields))


def test_a_response_of_werkzeug() -> None:
    werkzeug = pytest.importorskip("werkzeug")

    def handler(req: Request) -> object:
        form = werkzeug.Request(pyhook.environ(req))
        response = werkzeug.Response(f"{form.form['name']}\n", status=418, mimetype="text/plain")
        response.set_cookie("a", "1")
        response.set_cookie("b", "2")
        return response

    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    response = answer_of(handler, method="POST", body=b"name=Ada", headers=headers)
    assert (response.result, response.status, response.text) == (pyhook.OK, 418, "Ada\n")
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["Content-Length"] == "4"
    assert response.headers.get_all("Set-Cookie") == ["a=1; Path=/", "b=2; Path=/"]


def test_a_response_of_webob() -> None:
    webob = pytest.importorskip("webob")
    response = answer_of(lambda req: webob.Response(json_body={"a": 1}, status=201))
    assert (response.status, response.text, response.headers["Content-Type"]) == (201, '{"a":1}', "application/json")


def test_a_response_that_a_coroutine_gives_is_sent_too() -> None:
    async def handler(req: Request) -> object:
        return lambda environ, start_response: start_response("204 No Content", []) and ()

    assert answer_of(handler).status == 204


def test_the_pieces_are_closed_and_the_head_may_change_until_the_first_byte() -> None:
    closed = []

    def pieces() -> Iterator[bytes]:
        try:
            yield b""
            yield b"x"
        finally:
            closed.append(True)

    def response(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [("X-First", "1")])
        start_response("503 No", [], (ValueError, ValueError(), None))(b"w")
        return pieces()

    answered = answer_of(lambda req: response)
    assert (answered.status, answered.text, "X-First" in answered.headers, closed) == (503, "wx", False, [True])


@pytest.mark.parametrize(
    ("response", "problem"),
    [
        (lambda environ, start_response: "text", "iterable of bytes"),
        (lambda environ, start_response: [b"x"], "calls start_response"),
        (lambda environ, start_response: start_response("200 OK", []) and ["x"], "made of bytes, not str"),
        (lambda environ, start_response: start_response("OK", []) and [], "three digits"),
    ],
)
def test_what_httpd_would_refuse_is_named(response: object, problem: str) -> None:
    with pytest.raises((TypeError, ValueError), match=problem):
        answer_of(lambda req: response)
