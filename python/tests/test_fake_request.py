from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pyhook import OK, Request, RequestEnded
from pyhook.testing import FakeRequest, call


def test_a_request_is_what_a_client_would_send() -> None:
    req = FakeRequest("POST", "/a%20b/%ff?x=1", headers={"Host": "example.org:8080"}, body=b"hello", user="ada")
    assert (req.method, req.uri, req.args, req.unparsed_uri) == ("POST", "/a b/\udcff", "x=1", "/a%20b/%ff?x=1")
    assert req.the_request == "POST /a%20b/%ff?x=1 HTTP/1.1"
    assert (req.hostname, req.user, req.is_initial, req.status) == ("example.org", "ada", True, 200)
    assert req.headers_in["host"] == "example.org:8080"


def test_any_field_can_be_given_and_a_misspelt_one_is_refused() -> None:
    assert FakeRequest(filename="/srv/a", bytes_sent=3).filename == "/srv/a"
    with pytest.raises(TypeError, match="no field filname"):
        FakeRequest(filname="/srv/a")


def test_a_field_keeps_its_type() -> None:
    req = FakeRequest()
    req.args = None
    req.mtime = 5
    for name, value in (("uri", None), ("uri", b"/"), ("status", "404"), ("status", True)):
        with pytest.raises(TypeError, match=f"{name} is "):
            setattr(req, name, value)
    with pytest.raises(ValueError, match="NUL"):
        req.uri = "/a\0b"


def test_the_body_is_read_once() -> None:
    req = FakeRequest(body=b"one\ntwo\nthree")
    assert req.readline() == b"one\n"
    assert req.read(2) == b"tw"
    assert list(req) == [b"o\n", b"three"]
    assert req.read() == b""


def test_writing_gathers_the_response(tmp_path: Path) -> None:
    file = tmp_path / "page"
    file.write_bytes(b"0123456789")
    req = FakeRequest()
    req.write("é")
    req.write(b"!")
    assert req.sendfile(str(file), 2, 3) == 3
    assert req.response_body == "é!234".encode()
    assert req.bytes_sent == 6
    with pytest.raises(TypeError, match="bytes or str, not int"):
        req.write(3)  # type: ignore[arg-type]


def test_state_is_shared_by_the_phases() -> None:
    req = FakeRequest()
    req.state.seen = 1
    assert req.state.seen == 1


def test_credentials_come_from_the_header() -> None:
    req = FakeRequest(headers={"Authorization": "Basic YWRhOnNlY3JldDp4"})
    assert (req.basic_auth_user, req.basic_auth_password) == ("ada", "secret:x")
    for broken in ("Basic ????", "Bearer YWRhOng=", "Basic YWRh", ""):
        req = FakeRequest(headers={"Authorization": broken})
        assert (req.basic_auth_user, req.basic_auth_password) == (None, None)


def test_variables_leave_credentials_out() -> None:
    req = FakeRequest(uri="/a/b?q", path_info="/b", headers={"Accept": "*/*", "Authorization": "x", "Proxy": "evil"})
    req.add_common_vars()
    req.add_cgi_vars()
    env = req.subprocess_env
    assert (env["HTTP_ACCEPT"], env["QUERY_STRING"], env["SCRIPT_NAME"], env["PATH_INFO"]) == ("*/*", "q", "/a", "/b")
    assert "HTTP_AUTHORIZATION" not in env and "HTTP_PROXY" not in env


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, OK),
        ({"If-None-Match": '"0-5f5e100"'}, 304),
        ({"If-None-Match": '"other", *'}, 304),
        ({"If-None-Match": '"other"', "If-Modified-Since": "Thu, 01 Jan 1970 00:01:40 GMT"}, OK),
        ({"If-Modified-Since": "Thu, 01 Jan 1970 00:01:40 GMT"}, 304),
        ({"If-Modified-Since": "Thu, 01 Jan 1970 00:01:39 GMT"}, OK),
        ({"If-Modified-Since": "yesterday"}, OK),
        ({"If-Match": '"other"'}, 412),
        ({"If-Unmodified-Since": "Thu, 01 Jan 1970 00:01:39 GMT"}, 412),
    ],
)
def test_conditions_are_decided(headers: dict[str, str], status: int) -> None:
    req = FakeRequest(headers=headers)
    req.set_last_modified(100.0)
    req.set_etag()
    assert req.meets_conditions() == status


def test_what_only_httpd_can_answer_is_asked_of_the_test() -> None:
    req = FakeRequest(expressions={"%{HTTPS} == 'on'": True}, ssl_vars={"SSL_PROTOCOL": "TLSv1.3"})
    assert req.expr("%{HTTPS} == 'on'") is True
    assert (req.ssl_var("SSL_PROTOCOL"), req.ssl_var("SSL_CIPHER")) == ("TLSv1.3", None)
    with pytest.raises(LookupError, match="only httpd can evaluate"):
        req.expr("true")


def test_what_httpd_refuses_is_refused(tmp_path: Path) -> None:
    req = FakeRequest()
    keepalive: Any = "forever"
    file = tmp_path / "page"
    file.write_bytes(b"0123456789")
    refused: list[Callable[[], object]] = [
        lambda: setattr(req, "status", 103),
        lambda: setattr(req, "content_type", "text/plain\r\nX: 1"),
        lambda: setattr(req.connection, "keepalive", keepalive),
        lambda: req.send_interim_response(100),
        lambda: req.set_content_length(-1),
        lambda: req.sendfile(str(file), 5, 6),
        lambda: req.sendfile(str(file), 11),
        lambda: req.sendfile(str(file), -1),
    ]
    for use in refused:
        with pytest.raises(ValueError):
            use()
    assert (req.status, req.content_type, req.connection.keepalive, req.interim_responses) == (200, None, "unknown", [])
    assert req.response_body == b""


def test_a_body_that_is_too_long_cannot_be_read() -> None:
    response = call(lambda req: req.read(), FakeRequest(body=b"12345", limit_request_body=4))
    assert response.status == 413
    assert call(lambda req: req.read(), FakeRequest(body=b"1234", limit_request_body=4)).body == b"1234"


def test_subrequests_are_looked_up_run_and_ended() -> None:
    req = FakeRequest(subrequests={"/private": FakeRequest(uri="/private", status=403)})
    found = req.lookup_uri("/private")
    assert (found.main, found.is_initial, found.run()) == (req, False, 403)
    found.destroy()
    assert found.ended and not req.ended
    with pytest.raises(ValueError, match="only a sub-request"):
        req.run()
    with pytest.raises(ValueError, match="only a sub-request"):
        req.destroy()


def test_a_message_is_logged_and_recorded(capsys: pytest.CaptureFixture[str]) -> None:
    req = FakeRequest()
    req.log("slow", "warn")
    assert req.logged == [("warn", "slow")]
    assert capsys.readouterr().err == "[pyhook:warn] slow\n"
    level: Any = "warning"
    with pytest.raises(ValueError, match="no level is named 'warning'"):
        req.log("slow", level)


def test_a_fake_fits_a_typed_handler() -> None:
    def handler(req: Request) -> str:
        return req.method

    assert handler(FakeRequest("PUT")) == "PUT"


def test_nothing_follows_a_complete_response(tmp_path: Path) -> None:
    req = FakeRequest()
    req.internal_redirect("/other")
    sends: list[Callable[[], object]] = [
        lambda: req.write("x"),
        req.flush,
        lambda: req.sendfile(str(tmp_path)),
        lambda: req.internal_redirect("/"),
    ]
    for send in sends:
        with pytest.raises(ConnectionError, match="complete"):
            send()
    assert (req.redirected_to, req.response_body) == ("/other", b"")


def test_a_body_over_the_limit_is_the_answer() -> None:
    def patient(req: Request) -> str:
        with pytest.raises(OSError):
            req.read()
        return "all the same"

    response = call(patient, FakeRequest("POST", body=b"12345", limit_request_body=3))
    assert (response.status, response.body) == (413, b"")


def test_only_what_was_looked_up_runs_and_only_once() -> None:
    main = FakeRequest()
    part = main.lookup_uri("/part")
    assert part.run() == 200
    with pytest.raises(RuntimeError, match="has run"):
        part.run()
    part.destroy()
    assert part.ended
    for stranger in (main, FakeRequest(main=main)):
        with pytest.raises(ValueError, match="only a sub-request"):
            stranger.run()
        with pytest.raises(ValueError, match="only a sub-request"):
            stranger.destroy()


def test_what_reaches_a_header_or_status_line_has_one_line() -> None:
    req = FakeRequest()
    for name in ("args", "status_line", "content_type", "content_encoding"):
        with pytest.raises(ValueError, match="CR, LF"):
            setattr(req, name, "a\r\nX: y")
    actions: list[Callable[[], object]] = [
        lambda: setattr(req, "content_languages", ["en\n"]),
        lambda: req.internal_redirect("/?a\nb"),
        lambda: req.lookup_uri("/?a\rb"),
        lambda: req.lookup_uri("/", "A B"),
        lambda: req.allow_methods(["A B"]),
        lambda: req.custom_response(200, "fine"),
    ]
    for action in actions:
        with pytest.raises(ValueError):
            action()
    with pytest.raises(TypeError):
        req.allow_methods("GET")


def test_an_interim_response_comes_first() -> None:
    req = FakeRequest()
    req.headers_out["Link"] = "</a>"
    req.send_interim_response(103)
    assert "Link" not in req.headers_out
    req.write("begun")
    with pytest.raises(RuntimeError, match="has begun"):
        req.send_interim_response(103)


def test_the_path_below_the_place() -> None:
    assert FakeRequest(uri="/hello/Ada?x", place="/hello").path_below == "/Ada"
    assert FakeRequest(uri="/hello", place="/hello/").path_below == ""
    assert FakeRequest(uri="/hellos", place="/hello").path_below == "/hellos"
    req = FakeRequest(uri="/a/b")
    assert req.path_below == "/a/b"
    req.uri = "/c"
    assert req.path_below == "/c"
    req.end()
    with pytest.raises(RequestEnded):
        _ = req.path_below


def test_what_is_no_field_goes_into_state() -> None:
    req: Any = FakeRequest()
    with pytest.raises(AttributeError, match=r"no field 'foo': .* req\.state\.foo"):
        req.foo = 1
    req.state.foo = 1
    with pytest.raises(AttributeError, match="read-only"):
        req.method = "PUT"


def test_a_status_line_belongs_to_one_status() -> None:
    req = FakeRequest()
    req.status_line = "404 Gone fishing"
    req.status = 404
    assert req.status_line is None
