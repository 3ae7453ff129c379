from __future__ import annotations

from http import HTTPStatus
from typing import Any

import pytest

from pyhook import HTTPError, RequestEnded


def test_an_error_carries_status_detail_and_headers() -> None:
    error = HTTPError(HTTPStatus.FOUND, "moved", headers={"Location": "/new"})
    assert (error.status, type(error.status), error.detail, error.headers) == (302, int, "moved", {"Location": "/new"})
    assert str(error) == "302: moved"
    assert str(HTTPError(404)) == "404"


@pytest.mark.parametrize("status", [0, 100, 200, 299, 600, -1])
def test_a_status_that_is_no_error_is_refused(status: int) -> None:
    with pytest.raises(ValueError, match="300 to 599"):
        HTTPError(status)


@pytest.mark.parametrize("status", [300, 599])
def test_the_borders_are_errors(status: int) -> None:
    assert HTTPError(status).status == status


@pytest.mark.parametrize("status", ["404", None, 404.0, True])
def test_a_status_is_an_integer(status: Any) -> None:
    with pytest.raises(TypeError, match="int or http.HTTPStatus"):
        HTTPError(status)


def test_the_headers_of_an_error_are_its_own() -> None:
    given = {"Retry-After": "3"}
    error = HTTPError(503, headers=given)
    given.clear()
    assert error.headers == {"Retry-After": "3"}


def test_a_body_has_a_type() -> None:
    error = HTTPError(404, body="<p>", headers={"X-Why": "told"})
    assert (error.body, error.content_type, error.headers) == ("<p>", "text/html; charset=utf-8", {"X-Why": "told"})
    assert HTTPError(404, body=b"x").content_type is None
    assert HTTPError(404, body="{}", content_type="application/json").content_type == "application/json"
    error = HTTPError(404, body="{}", headers={"content-type": "application/json"})
    assert (error.content_type, error.headers) == ("application/json", {})
    assert (HTTPError(404).body, HTTPError(404).content_type) == (None, None)


def test_a_body_is_bytes_or_text_and_304_has_none() -> None:
    with pytest.raises(TypeError, match="bytes or str, not dict"):
        HTTPError(404, body={"error": "none"})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="304 has no body"):
        HTTPError(304, body="")


def test_detail_and_headers_are_text() -> None:
    with pytest.raises(TypeError, match="is a str, for the log, not {'error': 'none'}: what the client gets is its body="):
        HTTPError(404, {"error": "none"})  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="the header Retry-After of an HTTPError is a str, not 10"):
        HTTPError(503, headers={"Retry-After": 10})  # type: ignore[dict-item]


def test_a_request_that_has_ended_is_a_runtime_error() -> None:
    assert issubclass(RequestEnded, RuntimeError)
    assert str(RequestEnded()) == "this request has ended"
