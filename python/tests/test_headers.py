from __future__ import annotations

from typing import Any

import pytest

from pyhook.testing import FakeRequest, Headers


def test_headers_are_a_case_insensitive_mapping() -> None:
    headers = Headers({"Content-Type": "text/html"})
    headers.add("Set-Cookie", "a")
    headers.add("set-cookie", "b")
    assert headers["CONTENT-TYPE"] == "text/html"
    assert headers["Set-cookie"] == "a"
    assert headers.get_all("SET-COOKIE") == ["a", "b"]
    assert list(headers) == ["Content-Type", "Set-Cookie"]
    assert (len(headers), "SET-cookie" in headers, "X" in headers, headers.get("X")) == (2, True, False, None)
    headers["SET-COOKIE"] = "c"
    assert headers.multi_items() == [("Content-Type", "text/html"), ("SET-COOKIE", "c")]
    del headers["set-cookie"]
    with pytest.raises(KeyError):
        del headers["set-cookie"]
    assert headers.pop("content-type") == "text/html" and not headers


@pytest.mark.parametrize("value", ["a\rb", "a\nb", "a\0b", "a\r\nSet-Cookie: b"])
def test_a_header_is_one_line(value: str) -> None:
    headers = Headers()
    with pytest.raises(ValueError):
        headers["X"] = value
    with pytest.raises(ValueError):
        headers.add("X", value)
    assert headers.multi_items() == []


@pytest.mark.parametrize("name", ["", "a b", "a:", "a\n", "é"])
def test_a_headers_name_is_a_token(name: str) -> None:
    with pytest.raises(ValueError, match="token"):
        Headers()[name] = "x"


def test_notes_may_hold_any_text_but_nul() -> None:
    notes = FakeRequest().notes
    notes["two words"] = "two\nlines"
    with pytest.raises(ValueError, match="NUL"):
        notes["x"] = "\0"


def test_headers_are_text() -> None:
    value: Any = 3
    with pytest.raises(TypeError, match="expected str, not int"):
        Headers()["X"] = value


@pytest.mark.parametrize("table", ["headers_out", "err_headers_out", "trailers_out"])
def test_httpd_says_where_a_body_ends(table: str) -> None:
    headers: Headers = getattr(FakeRequest(), table)
    for name, value in (("Transfer-Encoding", "chunked"), ("content-length", "+5"), ("Content-Length", "9" * 30)):
        with pytest.raises(ValueError):
            headers[name] = value
        with pytest.raises(ValueError):
            headers.add(name, value)
    assert headers.multi_items() == []


def test_a_response_has_one_length_at_most() -> None:
    request = FakeRequest()
    request.headers_out["Content-Length"] = "5"
    with pytest.raises(ValueError, match="already"):
        request.headers_out.add("content-length", "6")
    with pytest.raises(ValueError, match="headers_out"):
        request.err_headers_out["Content-Length"] = "5"
    assert request.headers_out.get_all("Content-Length") == ["5"]
