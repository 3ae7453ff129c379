"""The example site's handlers, called as a unit test of their own would."""

from __future__ import annotations

import asyncio
import json
import re
from base64 import b64encode
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest
import site_asgi
import site_auth
import site_banner
import site_counter
import site_error
import site_greeting
import site_hello
import site_listing
import site_log
import site_rewrite
import site_show
import site_timeline
import site_wsgi

from pyhook import DECLINED, OK, HTTPError
from pyhook.testing import FakeFilter, FakeRequest, call, run_filter


def login(user: str, password: str) -> FakeRequest:
    credentials = b64encode(f"{user}:{password}".encode()).decode()
    return FakeRequest(headers={"Authorization": f"Basic {credentials}"}, auth_name="docs")


# Authentication


def test_the_right_password_comes_in_twice() -> None:
    for _ in range(2):
        req = login("ada", "engine")
        assert call(site_auth.password, req, phase="check_authn").result == OK
        assert (req.user, req.auth_type) == ("ada", "Basic")


@pytest.mark.parametrize(("user", "password"), [("ada", "kite"), ("ada", ""), ("eve", "engine"), ("", "")])
def test_a_wrong_password_is_asked_for_again(user: str, password: str) -> None:
    req = login(user, password)
    response = call(site_auth.password, req, phase="check_authn")
    assert (response.status, response.headers["WWW-Authenticate"]) == (401, 'Basic realm="docs"')
    assert req.user is None


def test_no_password_is_asked_for() -> None:
    assert call(site_auth.password, FakeRequest(), phase="check_authn").status == 401


def test_what_was_proven_for_one_user_is_nothing_for_another() -> None:
    assert site_auth.verify("ada", "engine")
    assert not site_auth.verify("ben", "engine")
    assert not site_auth.verify("ada", "kite")
    assert b"engine" not in b"".join(site_auth._proven.values())


def test_a_new_entry_has_its_own_salt() -> None:
    first, second = site_auth.salted("x"), site_auth.salted("x")
    assert first != second
    assert site_auth.salted("x", bytes.fromhex(first.partition("$")[0])) == first


@pytest.mark.parametrize(
    ("user", "group", "result"),
    [("ada", "editors", OK), ("ben", "editors", 403), ("ada", "none", 403), (None, "editors", 403), ("ada", None, 403)],
)
def test_only_members_are_allowed(user: str | None, group: str | None, result: int) -> None:
    req = FakeRequest(user=user, options={} if group is None else {"group": group})
    assert call(site_auth.allowed, req, phase="check_authz").result == result


# The least there is


def test_hello_is_escaped() -> None:
    assert call(site_hello.hello, FakeRequest(uri="/hello")).text == "<h1>Hello, world</h1>"
    assert call(site_hello.hello, FakeRequest(uri="/hello?<b>")).text == "<h1>Hello, &lt;b&gt;</h1>"


def test_the_average_of_nothing_is_an_error() -> None:
    assert site_error.average(FakeRequest(uri="/error", args="3,4,8")) == "5.0\n"
    with pytest.raises(ZeroDivisionError):
        site_error.average(FakeRequest(uri="/error"))


# The listings of the page


def test_a_listing_is_the_definition_with_its_decorators(tmp_path: Path) -> None:
    text = "import x\n\n\n@x\ndef one(a: int) -> str:\n    return f'{a}<'\n\n\ntwo = 2\n"
    assert list(site_listing.definitions(text, ["two", "one"])) == [
        "two = 2",
        "@x\ndef one(a: int) -> str:\n    return f'{a}<'",
    ]
    conf = tmp_path / "demo.conf"
    conf.write_text("# One.\nA site_x:y\n\n# Two.\nB site_xy:z\n")
    shown = site_listing.configured(FakeRequest(options={"httpd_conf": str(conf)}), "site_x")
    assert "One." in shown and "Two." not in shown


def test_what_is_marked_is_escaped_and_complete() -> None:
    source = Path(site_listing.__file__).read_text(encoding="utf-8")
    for marked in (site_listing.marked_python(source), site_listing.marked_apache(source)):
        assert unescape(re.sub(r"</?span[^>]*>", "", marked)) == source


# The timeline and the counter


def test_the_times_of_a_request_are_kept_for_whom_asks() -> None:
    req = FakeRequest(uri="/x", headers={"X-Timeline": "0123abcd"})
    call(site_timeline.begin, req, phase="post_read_request")
    for phase in ("fixups", "fixups", "log_transaction"):
        site_timeline.reached(req, phase)
    assert [name for name, _ in req.state.marks] == ["request read", "fixups", "log_transaction"]
    unmarked = FakeRequest(uri="/x", headers={"X-Timeline": "../x"})
    site_timeline.begin(unmarked)
    site_timeline.reached(unmarked)
    assert not hasattr(unmarked.state, "marks")


def test_only_a_post_counts() -> None:
    assert call(site_counter.click, FakeRequest()).status == 405


@pytest.mark.parametrize(
    ("accepted", "greeting"), [("it", "Buongiorno"), ("de-AT", "Guten Tag"), ("tlh, fr;q=0.5", "Bonjour"), ("", "Good day")]
)
def test_the_greeting_is_in_the_first_language_known(accepted: str, greeting: str) -> None:
    assert site_greeting.greeting(FakeRequest(headers={"Accept-Language": accepted})) == greeting


# Rewriting


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/manual/bash/README", "/usr-doc/bash/README"),
        ("/manual/", "/usr-doc/"),
        ("/manual", "/manual"),
        ("/manuals/x", "/manuals/x"),
        ("/", "/"),
    ],
)
def test_old_addresses_lead_to_new_ones(old: str, new: str) -> None:
    req = FakeRequest(uri=old)
    assert call(site_rewrite.old_urls, req, phase="translate_name").result == DECLINED
    assert req.uri == new


def test_a_short_name_leads_to_a_place() -> None:
    assert site_rewrite.place(FakeRequest(), "wsgi") == "https://peps.python.org/pep-3333/"
    with pytest.raises(HTTPError) as unknown:
        site_rewrite.place(FakeRequest(), "nowhere")
    assert unknown.value.status == 404


# The banner

PAGE = b"<html><head><title>x</title></head>\n<BODY class=\"a\"\nid=b>text <b>bold</b></body></html>"
WITH_BANNER = PAGE.replace(b"id=b>", b"id=b>" + site_banner.BANNER)


def html(**headers: str) -> FakeRequest:
    req = FakeRequest(content_type="text/html; charset=utf-8")
    for name, value in headers.items():
        req.headers_out[name.replace("_", "-")] = value
    return req


@pytest.mark.parametrize("size", [1, 2, 3, 7, 40, 1000])
def test_the_banner_is_inserted_wherever_the_chunks_end(size: int) -> None:
    chunks = [PAGE[at : at + size] for at in range(0, len(PAGE), size)]
    assert run_filter(site_banner.banner, chunks, request=html()) == WITH_BANNER


def test_the_page_has_no_old_length() -> None:
    req = html(Content_Length="9", Accept_Ranges="bytes")
    run_filter(site_banner.banner, [PAGE], request=req)
    assert list(req.headers_out) == []


@pytest.mark.parametrize("page", [b"<p>no tag</p>", b"", b"<bod", b"<body never ends", b"<bodyguard>", b"a <b>"])
def test_a_page_without_a_body_tag_is_unchanged(page: bytes) -> None:
    assert run_filter(site_banner.banner, [page[:3], page[3:]], request=html()) == page


def test_only_the_first_tag_gets_one() -> None:
    assert run_filter(site_banner.banner, [b"<body>", b"<body>"], request=html()).count(site_banner.BANNER) == 1


def test_a_tag_that_never_ends_is_not_held_for_ever() -> None:
    running = site_banner.banner(FakeFilter(html()))  # type: ignore[arg-type]
    next(running)
    assert running.send(b"<body " + b"x" * 4000) == b""
    assert len(bytes(running.send(b"x" * 200) or b"")) == 4206  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["text/plain", "text/htmlx", None])
def test_other_types_pass_with_their_length(kind: str | None) -> None:
    req = FakeRequest(content_type=kind)
    req.headers_out["Content-Length"] = str(len(PAGE))
    assert run_filter(site_banner.banner, [PAGE], request=req) == PAGE
    assert req.headers_out["Content-Length"] == str(len(PAGE))


def test_a_compressed_page_passes() -> None:
    assert run_filter(site_banner.banner, [PAGE], request=html(Content_Encoding="gzip")) == PAGE


# The log


def test_each_request_is_one_line_of_json(tmp_path: Path) -> None:
    log = tmp_path / "access.json"
    log.write_text('{"seconds": "before"}\n')
    for user in ("ada", 'e"v\ne\udcff'):
        req = FakeRequest(
            uri="/a?b",
            user=user,
            status=404,
            bytes_sent=12,
            options={"json_log": str(log)},
            request_time=1_700_000_000.5,
        )
        assert call(site_log.json_log, req, phase="log_transaction").result == OK
    before, first, second = (json.loads(line) for line in log.read_text().splitlines())
    assert before == {"seconds": "before"}
    assert first.pop("seconds") > 1
    assert first == {
        "time": "2023-11-14T22:13:20Z",
        "client": "127.0.0.1",
        "user": "ada",
        "request": "GET /a?b HTTP/1.1",
        "status": 404,
        "bytes": 12,
    }
    assert second["user"] == 'e"v\ne\udcff'


def test_without_a_file_nothing_is_logged() -> None:
    assert call(site_log.json_log, FakeRequest(), phase="log_transaction").result == OK


# The page that shows the request


def test_the_page_shows_phases_headers_and_environment() -> None:
    req = FakeRequest(uri="/show/<x>?format=json", headers={"Accept": "*/*", "Cookie": "secret=1"})
    call(site_show.trace, req, phase="post_read_request")
    call(site_show.trace, req, phase="fixups")
    response = call(site_show.show, req)
    shown = json.loads(response.body)
    assert shown["Phases"] == {"1": "post_read_request", "2": "fixups", "3": "handler"}
    assert shown["Request"]["uri"] == "/show/<x>"
    assert shown["Headers"] == {"Accept": "*/*", "Cookie": "…"}
    assert (shown["Environment"]["REQUEST_METHOD"], shown["Environment"]["HTTP_COOKIE"]) == ("GET", "…")
    assert (response.headers["Content-Type"], response.headers["Cache-Control"]) == ("application/json", "no-store")
    assert "secret" not in response.text


def test_the_html_page_is_escaped_and_valid_utf8() -> None:
    response = call(site_show.show, FakeRequest(uri="/<script>%ff", headers={"X-Note": "<b>"}))
    assert response.headers["Content-Type"].startswith("text/html")
    assert "&lt;script&gt;?" in response.text and "<script>" not in response.text
    assert "<td>&lt;b&gt;</td>" in response.text


# The WSGI application


def wsgi(path: str, body: bytes = b"", method: str = "GET") -> tuple[str, bytes]:
    environ: dict[str, Any] = {"PATH_INFO": path, "REQUEST_METHOD": method, "wsgi.input": BytesIO(body)}
    if body:
        environ["CONTENT_LENGTH"] = str(len(body))
    setup_testing_defaults(environ)
    environ["SCRIPT_NAME"], environ["QUERY_STRING"] = "/wsgi", ""
    seen: list[str] = []
    written: list[bytes] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        seen.append(status)
        return written.append

    pages = validator(site_wsgi.application)(environ, start_response)
    try:
        rest = b"".join(pages)
    finally:
        pages.close()  # type: ignore[attr-defined]
    return seen[0], b"".join(written) + rest


def test_the_application_is_a_valid_one() -> None:
    assert wsgi("/") == ("200 OK", b"Hello from WSGI at /wsgi\n")
    assert wsgi("/count") == ("200 OK", b"1\n2\n3\n4\n5\n")
    assert wsgi("/echo", b"x" * 70000, "POST") == ("200 OK", b"x" * 70000)
    assert wsgi("/nowhere") == ("404 Not Found", b"no such page\n")
    status, page = wsgi("/environ")
    assert status == "200 OK" and b"wsgi.version=(1, 0)\n" in page


# The ASGI application


def test_the_socket_turns_each_message_round() -> None:
    messages = iter(
        [{"type": "websocket.connect"}, {"type": "websocket.receive", "text": "abc"}, {"type": "websocket.disconnect"}]
    )
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return next(messages)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(site_asgi.application({"type": "websocket"}, receive, send))
    assert sent == [{"type": "websocket.accept"}, {"type": "websocket.send", "text": "cba"}]
