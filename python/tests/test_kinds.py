"""What callables seem to be, and the sentences about the directive that is meant."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from pyhook import cures, loading, mistaken
from pyhook.kinds import Kind, kind_of
from pyhook.testing import FakeRequest


def wsgi(environ: Any, start_response: Any) -> list[bytes]:
    return []


async def asgi(scope: Any, receive: Any, send: Any) -> None: ...


class WSGIClass:
    def __init__(self, environ: Any, start_response: Any) -> None: ...


class ASGIObject:
    async def __call__(self, scope: Any, receive: Any, send: Any) -> None: ...


def handler(req: Any) -> Iterator[str]:
    yield "a"
    yield from "bc"


async def coroutine(req: Any) -> str:
    return ""


async def talk(ws: Any) -> None: ...


def stream(f: Any) -> Any:
    chunk = yield
    while chunk is not None:
        chunk = yield chunk


@functools.wraps(stream)
def wrapped(f: Any) -> Any:
    return stream(f)


class Chunks:
    def __call__(self, piece: bytes) -> bytes:
        return piece


def make(config: Any = None) -> Any: ...


def anything(*arguments: Any) -> Any: ...


def mapped(req: Any, key: str) -> str:
    return key


@pytest.mark.parametrize(
    ("served", "kind"),
    [
        (wsgi, Kind.WSGI),
        (WSGIClass, Kind.WSGI),
        (asgi, Kind.ASGI),
        (ASGIObject, Kind.ASGI),
        (ASGIObject(), Kind.ASGI),
        (handler, Kind.HANDLER),
        (coroutine, Kind.HANDLER),
        (talk, Kind.WEBSOCKET),
        (stream, Kind.FILTER),
        (wrapped, Kind.FILTER),
        (Chunks, Kind.FILTER),
        (make, Kind.FACTORY),
        (anything, None),
        (mapped, None),
        (dict, None),
        (17, None),
    ],
)
def test_a_signature_shows_the_kind(served: object, kind: Kind | None) -> None:
    assert kind_of(served) is kind


def failure(call: Any, *arguments: Any) -> BaseException:
    try:
        call(*arguments)
    except Exception as error:
        return error.with_traceback(None)  # as it comes from C++
    raise AssertionError("it did not fail")


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> Any:
    def name(served: object) -> str:
        monkeypatch.setitem(loading.made, "shop:made()", served)
        return "shop:made()"

    return name


def test_the_directive_that_is_meant_is_named(named: Any) -> None:
    assert "write PyHookASGI" in cures.cure(failure(asgi, {}, None), "wsgi", named(asgi))
    assert "write PyHookWSGI " in cures.cure(failure(wsgi, {}, None, None), "asgi", named(wsgi))
    assert "write PyHookHandler" in cures.cure(failure(handler, {}, None), "wsgi", named(handler))
    assert "write PyHookASGI" in cures.cure(failure(asgi, None), "handler", named(asgi))
    assert "write PyHookOutputFilter" in cures.cure(TypeError("not NoneType"), "handler", named(stream))


def test_a_result_that_is_no_wsgi_response_is_told_from_its_handler(named: Any) -> None:
    said = cures.cure(failure(asgi, {}, None), "handler", named(handler))
    assert said.startswith("what shop:made() returned is called with (environ, start_response)")


@pytest.mark.parametrize(("name", "here"), [("headers", "req.headers_in"), ("cookies", "werkzeug.Request"), ("nothing", "")])
def test_the_names_of_other_frameworks(name: str, here: str, named: Any) -> None:
    error = failure(getattr, FakeRequest(), name)
    said = cures.cure(error, "access_checker", named(handler))
    assert here in said
    assert bool(said) == bool(here)


def test_nothing_is_said_of_errors_that_explain_themselves(named: Any) -> None:
    def raising(req: Any) -> None:
        raise TypeError("takes 1 positional argument but 2 were given")

    try:
        raising(None)
    except TypeError as error:
        assert cures.cure(error, "handler", named(raising)) == ""
    assert cures.cure(ValueError("x"), "handler", named(handler)) == ""
    assert cures.cure(TypeError("x"), "handler", named(handler)) == ""


def test_a_factory_that_can_not_be_called_is_no_application() -> None:
    said = mistaken.cure(failure(wsgi), "wsgi", "shop:unknown()", True)
    assert said.startswith("a factory is called without arguments")


def test_a_missing_module_tells_where_it_was_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    missing = ModuleNotFoundError("No module named 'shopp'", name="shopp")
    monkeypatch.setattr(loading, "_directories", {})
    assert "with PyHookPath" in cures.cure(missing, "handler", "shopp:page")
    loading.set_directories("PyHookPath", [f"/srv/{number}" for number in range(9)])
    loading.set_directories("path=", ["/srv/own"])
    said = cures.cure(missing, "handler", "shopp:page")
    assert "in /srv/own (path=), /srv/0, /srv/1" in said
    assert "and 3 more (PyHookPath)" in said
    assert cures.cure(missing, "PyHookInterpreter", "import=shopp") == said
    assert cures.cure(missing, "handler", "shop:page") == ""  # it is what shop imports


def test_a_module_of_a_package_and_one_named_with_py(monkeypatch: pytest.MonkeyPatch) -> None:
    package = ModuleType("shopping")
    monkeypatch.setitem(__import__("sys").modules, "shopping", package)
    missing = ModuleNotFoundError("x", name="shopping.py")
    assert "write shopping:page" in cures.cure(missing, "handler", "shopping.py:page")
    missing = ModuleNotFoundError("x", name="shopping.views")
    assert cures.cure(missing, "handler", "shopping.views:page") == "shopping is no package"
    package.__path__ = ["/srv/shopping"]
    assert "is in /srv/shopping" in cures.cure(missing, "handler", "shopping.views:page")


@pytest.mark.parametrize(
    ("result", "said"),
    [({}, "json.dumps"), ([], "iter("), (("a", 404), "req.status"), (("a", "b"), "iter("), (True, "")],
)
def test_results_of_handlers_get_a_cure(result: object, said: str) -> None:
    assert said in cures.cure_of_result("handler", result)
    assert cures.cure_of_result("fixups", result) == ""


class Proxy:
    """As Flask's `request` outside a request."""

    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError("Working outside of request context.")

    def __call__(self) -> None: ...


def test_a_module_that_imports_a_proxy_tells_its_callables() -> None:
    module = ModuleType("flasks")
    vars(module).update(request=Proxy(), app=ASGIObject())
    assert cures.other_names(module, "application").startswith("flasks has no 'application', but app: write")
