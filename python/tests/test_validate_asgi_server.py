"""`validate_asgi`: for each rule a server that breaks it, and is caught."""

from __future__ import annotations

from typing import Any

import pytest
from asgi_talk import (
    ACCEPT,
    CONNECT,
    GONE,
    HEAR,
    HTTP,
    LIFESPAN,
    REQUEST,
    SHUTDOWN,
    START,
    STARTED,
    STARTUP,
    WEBSOCKET,
    Steps,
    application,
    header,
    serve,
)

from pyhook.testing import ASGIViolation

HEAD_OF_TLS = {"server_cert": None, "tls_version": 0x304, "cipher_suite": None}


def tls(**keys: Any) -> dict[str, Any]:
    return HTTP | {"scheme": "https", "extensions": {"tls": HEAD_OF_TLS | keys}}


def without(scope: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in scope.items() if key != name}


WRONG_SCOPES: dict[str, tuple[Any, str]] = {
    "no dict": ([], "'scope' is a dict"),
    "no type": (without(HTTP, "type"), "without 'type'; ASGI 3.0, 'Applications'"),
    "no asgi": (without(HTTP, "asgi"), "without 'asgi'"),
    "no version": (HTTP | {"asgi": {}}, r"scope\['asgi'\] without 'version'"),
    "another version": (HTTP | {"asgi": {"version": "2.0"}}, "'version': '2.0'"),
    "a spec_version of a number": (HTTP | {"asgi": {"version": "3.0", "spec_version": 2.5}}, "'spec_version': 2.5"),
    "HTTP/9": (HTTP | {"http_version": "9"}, "'http_version': '9'.*'HTTP Connection Scope'"),
    "a method in lower case": (HTTP | {"method": "get"}, "'method': 'get'"),
    "no method": (without(HTTP, "method"), "without 'method'"),
    "an empty scheme": (HTTP | {"scheme": ""}, "'scheme': ''"),
    "a path of bytes": (HTTP | {"path": b"/"}, "'path': b'/'"),
    "a raw path of text": (HTTP | {"raw_path": "/"}, "'raw_path': '/'"),
    "a raw path with the query": (HTTP | {"raw_path": b"/?a"}, "without the query string"),
    "a query of text": (HTTP | {"query_string": ""}, "'query_string': ''"),
    "no query": (without(HTTP, "query_string"), "without 'query_string'"),
    "a root path of None": (HTTP | {"root_path": None}, "'root_path': None"),
    "headers of text": (HTTP | {"headers": [("a", "b")]}, "the header name 'a'"),
    "no headers": (without(HTTP, "headers"), "without 'headers'"),
    "a pseudo header": (HTTP | {"headers": [(b":path", b"/")]}, "the pseudo header"),
    "a client without port": (HTTP | {"client": ["::1"]}, "'client':"),
    "a client's port of text": (HTTP | {"client": ["::1", "1"]}, "'client':"),
    "a server of text": (HTTP | {"server": "localhost"}, "'server': 'localhost'"),
    "a state of None": (HTTP | {"state": None}, "'state': None"),
    "extensions of a list": (HTTP | {"extensions": ["tls"]}, "'extensions':"),
    "subprotocols of text": (WEBSOCKET | {"subprotocols": "chat"}, "'subprotocols': 'chat'.*'Websocket Connection Scope'"),
    "WebSocket over HTTP/1.0": (WEBSOCKET | {"http_version": "1.0"}, "'http_version': '1.0'"),
    "a state that is not empty": (LIFESPAN | {"state": {"a": 1}}, "an empty dict"),
    "TLS without its version": (HTTP | {"scheme": "https", "extensions": {"tls": {"server_cert": None}}}, "'tls_version'"),
    "TLS without TLS": (tls() | {"scheme": "http"}, "only for TLS connections"),
    "a cipher of text": (tls(cipher_suite="AES"), "'cipher_suite': 'AES'"),
    "a chain of bytes": (tls(client_cert_chain=[b"x"]), "'client_cert_chain': an item b'x'"),
    "a chain without a name": (tls(client_cert_chain=["x"]), "then the name must be provided"),
}


@pytest.mark.parametrize("name", WRONG_SCOPES)
def test_a_scope_that_breaks_a_rule_is_caught(name: str) -> None:
    scope, said = WRONG_SCOPES[name]
    with pytest.raises(ASGIViolation, match=said) as caught:
        serve(application([]), scope)
    assert caught.value.by == "server"


HEARD = {"type": "websocket.receive", "text": "a"}
WRONG_EVENTS: dict[str, tuple[dict[str, Any], list[Any], Steps, str]] = {
    "no dict": (HTTP, [None], [HEAR], "gave None"),
    "an event of the application's": (HTTP, [START], [HEAR], "gave 'http.response.start'"),
    "a body of text": (HTTP, [REQUEST | {"body": ""}], [HEAR], "'body': ''.*'Request - receive event'"),
    "more than the whole": (HTTP, [REQUEST, REQUEST], [HEAR, HEAR], "after the last piece of the body"),
    "more after the end": (HTTP, [GONE, REQUEST], [HEAR, HEAR], "after 'http.disconnect'"),
    "no connect": (WEBSOCKET, [HEARD], [HEAR], "gave 'websocket.receive' first"),
    "two connects": (WEBSOCKET, [CONNECT, CONNECT], [HEAR, HEAR], "gave 'websocket.connect' twice"),
    "an early message": (WEBSOCKET, [CONNECT, HEARD], [HEAR, HEAR], "before 'websocket.accept'"),
    "an empty message": (WEBSOCKET, [CONNECT, {"type": "websocket.receive"}], [HEAR, ACCEPT, HEAR], "neither"),
    "a disconnect without code": (WEBSOCKET, [CONNECT, {"type": "websocket.disconnect"}], [HEAR, HEAR], "without 'code'"),
    "a message after the end": (
        WEBSOCKET,
        [CONNECT, {"type": "websocket.disconnect", "code": 1000}, HEARD],
        [HEAR, ACCEPT, HEAR, HEAR],
        "after 'websocket.disconnect'",
    ),
    "a shutdown first": (LIFESPAN, [SHUTDOWN], [HEAR], "before 'lifespan.startup.complete'"),
    "two startups": (LIFESPAN, [STARTUP, STARTUP], [HEAR, STARTED, HEAR], "gave 'lifespan.startup' twice"),
}


@pytest.mark.parametrize("name", WRONG_EVENTS)
def test_a_server_that_breaks_a_rule_is_caught(name: str) -> None:
    scope, given, steps, said = WRONG_EVENTS[name]
    with pytest.raises(ASGIViolation, match=said) as caught:
        serve(application(steps), scope, given)
    assert caught.value.by == "server"
