"""The page of PyHookDebug: escaped, bounded, without secrets, whatever is raised."""

from __future__ import annotations

import json
import os
import traceback
from html.parser import HTMLParser
from typing import Any, NoReturn

import pytest

from pyhook.debugging import page, values
from pyhook.debugging.report import Facts
from pyhook.debugging.values import HIDDEN, shown

ENVIRONMENT = "from-the-environment"
MARKUP = "</pre><script>alert('x')</script>\"'&"


def facts(accept: str = "text/html", uri: str = "/x", **headers: str) -> Facts:
    return {
        "phase": "handler",
        "callable": "shop:page",
        "interpreter": "main",
        "id": "abc",
        "method": "GET",
        "uri": uri,
        "protocol": "HTTP/1.1",
        "host": "shop.example",
        "client": "192.0.2.7",
        "user": None,
        "handler": None,
        "filename": None,
        "headers": [("Accept", accept), *headers.items()],
        "lines": [("PyHookHandler", "shop:page", '<Location "/x">', "/etc/httpd.conf", 7)],
    }


def raised_by(function: Any, *arguments: Any) -> Exception:
    try:
        function(*arguments)
    except Exception as exception:
        return exception
    raise AssertionError("it raised nothing")


def html_of(exception: BaseException | None, entry: str = "entry", **known: Any) -> str:
    body, kind = page(exception, entry, facts(**known))
    assert kind == "text/html; charset=utf-8"
    return body.decode()


class Tags(HTMLParser):
    """What a browser takes for elements and attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, attrs))


def simple(value: object) -> NoReturn:
    raise ValueError(f"wrong: {value!s}")


def test_a_browser_gets_html_a_program_json_and_curl_text() -> None:
    exception = raised_by(simple, "this")
    text, kind = page(exception, "PYHOOK0005: handler shop:page raised", facts("*/*"))
    assert kind == "text/plain; charset=utf-8"
    assert text.decode() == "PYHOOK0005: handler shop:page raised\nPyHookHandler shop:page in /etc/httpd.conf:7\nGET /x HTTP/1.1\n"
    made, kind = page(exception, "entry", facts("application/json"))
    assert kind == "application/json"
    told = json.loads(made)
    assert (told["title"], told["lines"][0]["line"]) == ("ValueError: wrong: this", 7)
    assert told["exceptions"][0]["frames"][-1]["locals"] == {"value": "'this'"}
    html = html_of(exception)
    for part in ("wrong: this", "raise ValueError", "/etc/httpd.conf:7", "Request abc", "192.0.2.7", "&#x27;this&#x27;"):
        assert part in html


def test_no_text_becomes_markup() -> None:
    class Named:
        def __repr__(self) -> str:
            return MARKUP

    usual = [tag for tag, _ in Tags(html_of(raised_by(simple, "x"))).found]
    hostile = type(MARKUP, (Exception,), {})
    for exception in (raised_by(simple, MARKUP), raised_by(simple, Named()), raised_by(_raise, hostile(MARKUP))):
        html = html_of(exception, MARKUP, accept="text/html," + MARKUP, uri="/" + MARKUP)
        tags = Tags(html).found
        assert {tag for tag, _ in tags} == set(usual)
        assert [tag for tag, _ in tags].count("script") == 1
        assert "alert('x')" not in html.replace("<script>", "")
        assert not [name for _, attributes in tags for name, _ in attributes if name.startswith("on")]


def _raise(exception: BaseException) -> NoReturn:
    raise exception


class RaisesAtRepr:
    def __init__(self, what: type[BaseException]) -> None:
        self.what = what

    def __repr__(self) -> str:
        raise self.what("no repr")


def leave(_: object) -> NoReturn:
    raise SystemExit(3)


RaisesAtClass = type("RaisesAtClass", (), {"__class__": property(leave)})


class Recursive:
    def __repr__(self) -> str:
        return repr(self)


class Hostile(dict[str, str]):
    def items(self) -> NoReturn:
        raise KeyboardInterrupt

    def __len__(self) -> NoReturn:
        raise KeyboardInterrupt


@pytest.mark.parametrize(
    "make",
    [
        lambda: RaisesAtRepr(SystemExit),
        lambda: RaisesAtRepr(KeyboardInterrupt),
        RaisesAtClass,
        Recursive,
        lambda: Hostile(a="b"),
    ],
)
def test_a_value_that_can_not_be_shown_spoils_nothing(make: Any) -> None:
    def use() -> NoReturn:
        local = make()
        raise ValueError(local is not None)

    html = html_of(raised_by(use))
    assert "ValueError: True" in html
    assert shown(make())


def test_values_are_bounded() -> None:
    around: list[object] = []
    around.append(around)
    assert shown(around) == "[[[[[…]]]]]"
    assert len(shown("x" * 10**7)) < 2100
    assert len(shown([["x" * 10**6] * 1000] * 1000)) < 2100
    nested: object = "x" * 1000
    for _ in range(10):
        nested = [nested] * 1000
    assert len(shown(nested)) < 2100
    assert shown(list(range(60))).endswith("49, … (60 in all)]")
    assert shown({1: (2,), "a": b"b"}) == "{1: (2), 'a': b'b'}"


def test_a_page_is_bounded() -> None:
    def down(depth: int, much: list[str]) -> int:
        a, b, c, d, e, f = [[*much, str(depth)] for _ in range(6)]
        return down(depth + 1, much) + len(a + b + c + d + e + f)

    def again(exception: Exception) -> Exception:
        deep = raised_by(down, 0, ["x" * 200] * 50)
        deep.__cause__ = exception
        return deep

    exception = Exception("first")
    for _ in range(20):
        exception = again(exception)
    html = html_of(exception)
    assert "there is no more room" in html
    assert len(html) < 5_000_000


def test_a_deep_recursion_leaves_out_its_middle() -> None:
    def down(depth: int) -> int:
        return down(depth + 1) + 1

    html = html_of(raised_by(down, 0))
    assert "RecursionError" in html
    assert " more calls" in html
    assert len(html) < 500_000


def test_what_led_to_it_is_there_once() -> None:
    first, second = raised_by(simple, "first"), raised_by(simple, "second")
    first.__cause__, second.__cause__ = second, first
    group = ExceptionGroup("several", [ValueError("part one"), first])
    html = html_of(raised_by(_raise, group))
    for part in ("In the group: ValueError: part one", "In the group: ValueError: wrong: first", "Caused by: ValueError: wrong: second"):
        assert html.count(f"<h2>{part}</h2>") == 1


def log_in(password: str, form: dict[str, str], environ: dict[str, str], header: str) -> NoReturn:
    copied = password
    surroundings = os.environ
    raise ValueError(f"{copied} is wrong, {header}, {len(surroundings) and form and environ and 1}")


def test_the_text_is_that_of_a_traceback() -> None:
    class Silent(Exception):
        def __str__(self) -> str:
            raise SystemExit

    noted = ValueError("wrong")
    noted.add_note("a note")
    for exception in (noted, KeyError("a"), OSError(2, "No such file"), ValueError(), raised_by(compile, "a b", "file.py", "exec")):
        told = json.loads(page(exception, "", facts("application/json"))[0])
        assert told["title"] == "".join(traceback.format_exception_only(type(exception), exception)).strip()
    assert "its str raises SystemExit" in html_of(Silent())


def test_secrets_stand_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_SETTING", ENVIRONMENT)
    exception = raised_by(
        log_in,
        "hunter2-hunter2",
        {"user": "joe", "csrf_token": "the-form-token"},
        {"HTTP_COOKIE": "sid=the-cookie-value", "HTTP_AUTHORIZATION": "Basic am9lOmpvZXMtcGFzc3dvcmQ=", "PATH_INFO": "/in"},
        "joes-password",
    )
    known = {"Authorization": "Basic am9lOmpvZXMtcGFzc3dvcmQ=", "Cookie": "a=1; sid=the-cookie-value", "X-Api-Key": "the-api-key"}
    for accept in ("text/html", "application/json", "*/*"):
        body, _ = page(exception, f"entry: {exception}", facts(accept, "/in?token=in-the-url&x=1", **known))
        text = body.decode()
        for secret in ("hunter2", "the-form-token", "the-cookie-value", "am9lOmpv", "joes-password", "the-api-key", "in-the-url", ENVIRONMENT):
            assert secret not in text, (accept, secret)
        assert HIDDEN in text
        assert "x=1" in text


def test_of_source_only_literals_are_hidden() -> None:
    hide = values.without_named_secrets
    assert hide("token = make_token(7)", literals_only=True) == "token = make_token(7)"
    assert hide("token = 'abc', {'password': \"x\"}", literals_only=True) == f"token = {HIDDEN}, {{'password': {HIDDEN}}}"
    assert hide("Shop(password=7, author='me')") == f"Shop(password={HIDDEN}, author='me')"


def test_a_name_is_looked_for_once_in_a_word() -> None:
    assert values.NAME.match("password=1", 0)
    assert values.NAME.match("password=1", 1) is None


def test_a_secret_in_the_value_of_another_name_is_hidden() -> None:
    assert values.without_named_secrets("KeyError: 'token=abc&x=1'") == f"KeyError: 'token={HIDDEN}&x=1'"
    assert values.without_named_secrets("next=/a?api_key=1") == f"next=/a?api_key={HIDDEN}"


def test_no_more_of_a_text_is_searched_than_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    searched: list[int] = []
    hide = values.without_named_secrets

    def search(text: str) -> str:
        searched.append(len(text))
        return hide(text)

    monkeypatch.setattr(values, "without_named_secrets", search)

    class Text(str):
        pass

    assert shown(Text("a" * 20_000)) == f"'{'a' * (values.LONGEST - 1)}… (20002 characters)"
    assert searched == [values.LONGEST]


def test_a_secret_that_is_cut_off_is_hidden() -> None:
    class Safe:
        def __repr__(self) -> str:
            return f"Safe(password='a {'secret ' * 1000}')"

    assert "secret" not in shown(Safe())
    assert values.without_named_secrets("x_password='a secret \\") == f"x_password={HIDDEN}"
    assert values.without_named_secrets("password='a', b='c") == f"password={HIDDEN}, b='c"


def test_without_an_exception_the_entry_is_the_page() -> None:
    assert "returned 3 of type int" in html_of(None, "PYHOOK0006: handler shop:page returned 3 of type int")


def test_lone_surrogates_are_bytes_that_the_client_can_read() -> None:
    body, _ = page(raised_by(simple, "\udcff"), "entry \udcff", facts("*/*"))
    assert b"\\udcff" in body
    assert "udcff" in html_of(raised_by(simple, "\udcff"))
