"""`validate_asgi`: for each rule an application that breaks it, and is caught."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest
from asgi_talk import (
    ACCEPT,
    BODY,
    CLOSE,
    CONNECT,
    DENIED,
    DENY,
    GONE,
    HEAR,
    HTTP,
    LIFESPAN,
    MORE,
    REQUEST,
    SAY,
    SHUTDOWN,
    START,
    STARTED,
    STARTUP,
    STOPPED,
    WEBSOCKET,
    Hear,
    Steps,
    application,
    offering,
    header,
    run,
    serve,
    start,
)

from pyhook.testing import ASGIViolation, ASGIWarning

ALLOWED: dict[str, tuple[dict[str, Any], list[Any], Steps]] = {
    "a body": (HTTP, [REQUEST], [HEAR, START, BODY]),
    "pieces": (HTTP, [REQUEST | {"more_body": True}, REQUEST, GONE], [HEAR, HEAR, START, MORE, BODY, HEAR]),
    "defaults": (HTTP, [], [{"type": "http.response.start", "status": 204}, {"type": "http.response.body"}]),
    "a client that has gone": (HTTP, [GONE, GONE], [HEAR, HEAR]),
    "more keys": (HTTP, [], [start(more=[1, 2.5, None, True, {"a": (b"x", "y")}]), BODY]),
    "headers of an iterator": (HTTP, [], [start(headers=iter([(b"a", b"1")])), BODY]),
    "a length": (HTTP, [], [header(b"content-length", b"5"), BODY]),
    "the length of a HEAD": (HTTP | {"method": "HEAD"}, [], [header(b"content-length", b"9"), BODY | {"body": b""}]),
    "trailers": (
        HTTP | offering("http.response.trailers"),
        [],
        [start(trailers=True), BODY, {"type": "http.response.trailers", "headers": [(b"a", b"1")]}],
    ),
    "a file": (
        HTTP | offering("http.response.pathsend"),
        [],
        [header(b"content-length", b"5"), {"type": "http.response.pathsend", "path": "/etc/hostname"}],
    ),
    "an extension that nobody knows": (HTTP | offering("fullflush"), [], [START, {"type": "http.fullflush"}, BODY]),
    "a WebSocket": (
        WEBSOCKET,
        [CONNECT, {"type": "websocket.receive", "text": "a", "bytes": None}, {"type": "websocket.disconnect", "code": 1005}],
        [HEAR, ACCEPT | {"subprotocol": "chat"}, HEAR, SAY, HEAR],
    ),
    "a WebSocket that the application leaves": (WEBSOCKET, [CONNECT], [HEAR, ACCEPT, SAY]),
    "a refusal": (WEBSOCKET, [CONNECT], [HEAR, CLOSE]),
    "a refusal with a page": (WEBSOCKET | offering("websocket.http.response"), [CONNECT], [HEAR, DENY, DENIED]),
    "a lifespan": (LIFESPAN, [STARTUP, SHUTDOWN], [HEAR, STARTED, HEAR, STOPPED]),
    "a failed start": (LIFESPAN, [STARTUP], [HEAR, {"type": "lifespan.startup.failed", "message": "no"}]),
}


@pytest.mark.parametrize("name", ALLOWED)
def test_what_is_allowed_passes_unchanged(name: str) -> None:
    scope, given, steps = ALLOWED[name]
    steps = list(steps)
    sent = serve(application(steps), scope, given)
    assert [message["type"] for message in sent] == [step["type"] for step in steps if not isinstance(step, Hear)]


# What it sends is wrong: the messages, and a part of what the exception says.
WRONG_HTTP: dict[str, tuple[Steps, str]] = {
    "no dict": (["http.response.start"], "sent 'http.response.start' of type str; ASGI 3.0, 'Events': each event is a dict"),
    "no type": ([{"status": 200}], "an event whose type is None"),
    "an unknown type": ([{"type": "http.fanfare"}], "sent 'http.fanfare' on a scope of type 'http'; .*'Protocol Spec"),
    "a type of another protocol": ([ACCEPT], "'websocket.accept' on a scope of type 'http'"),
    "a type of the server's": ([REQUEST], "'http.request' on a scope of type 'http'"),
    "no status": ([{"type": "http.response.start"}], "without 'status'; .*'Response Start - send event'"),
    "a status of text": ([start(status="200")], "'status': '200' of type str"),
    "a status of bool": ([start(status=True)], "'status': True of type bool"),
    "an interim status": ([start(status=103)], "'status': 103"),
    "a status out of range": ([start(status=600)], "'status': 600"),
    "headers of a dict": ([start(headers={b"a": b"1"})], "'headers': .* of type dict"),
    "headers of None": ([start(headers=None)], "'headers': None"),
    "a header of one": ([start(headers=[(b"a",)])], r"the header \(b'a',\)"),
    "a name of text": ([header("a", b"1")], "the header name 'a' of type str"),
    "a value of text": ([header(b"a", "1")], "the header value '1' of type str"),
    "a pseudo header": ([header(b":status", b"200")], "the pseudo header b':status'"),
    "a name that is no token": ([header(b"a b", b"1")], "which is no token"),
    "a split value": ([header(b"a", b"1\r\nb: 2")], "with CR, LF or NUL"),
    "trailers of text": ([start(trailers="yes")], "'trailers': 'yes'"),
    "two lengths": ([start(headers=[(b"content-length", b"1")] * 2)], "RFC 9110, 8.6"),
    "a length of words": ([header(b"content-length", b"five")], "one decimal number"),
    "a body of text": ([START, BODY | {"body": "hello"}], "'body': 'hello' of type str; .*'Response Body - send event'"),
    "a body of a bytearray": ([START, BODY | {"body": bytearray(b"x")}], "of type bytearray"),
    "a body of None": ([START, BODY | {"body": None}], "'body': None"),
    "more_body of a number": ([START, BODY | {"more_body": 1}], "'more_body': 1 of type int"),
    "a body first": ([BODY], "sent 'http.response.body' before 'http.response.start'"),
    "two starts": ([START, START], "'http.response.start' twice"),
    "a body after the last": ([START, BODY, BODY], "after the response was complete"),
    "a start after the last": ([START, BODY, START], "after the response was complete"),
    "nothing": ([], "returned without having sent 'http.response.start'"),
    "no body": ([START], "returned without having sent the last piece of the body"),
    "no end": ([START, MORE], "returned without having sent the last piece of the body"),
    "too much": ([header(b"content-length", b"4"), BODY], "5 bytes after 'content-length: 4'"),
    "too little": ([header(b"content-length", b"6"), BODY], "5 bytes after 'content-length: 6'"),
    "a body that none has": ([start(status=304), BODY], "a body with status 304; RFC 9110, 6.4.1"),
    "a file without the extension": ([START, {"type": "http.response.pathsend", "path": "/a"}], "'Path Send': only a server"),
    "an integer of 65 bits": ([start(more=2**64)], "more than 64 bits"),
    "an infinite float": ([start(more=[float("inf")])], "the float inf"),
    "a set": ([start(more={"a": {1}})], r"\{1\} of type set"),
    "a key that is no text": ([start(more={1: 2})], "the key 1 of type int"),
}

# The same with extensions that the server offers.
WRONG_EXTENSIONS: dict[str, tuple[str, Steps, str]] = {
    "a relative path": ("http.response.pathsend", [START, {"type": "http.response.pathsend", "path": "a"}], "'path': 'a'"),
    "a path of bytes": ("http.response.pathsend", [START, {"type": "http.response.pathsend", "path": b"/a"}], "type bytes"),
    "no path": ("http.response.pathsend", [START, {"type": "http.response.pathsend"}], "without 'path'"),
    "a path first": ("http.response.pathsend", [{"type": "http.response.pathsend", "path": "/a"}], "before 'http.response.st"),
    "a path in a body": ("http.response.pathsend", [START, MORE, {"type": "http.response.pathsend", "path": "/a"}], "mixed"),
    "two paths": ("http.response.pathsend", [START] + 2 * [{"type": "http.response.pathsend", "path": "/a"}], "complete"),
    "no file": ("http.response.zerocopysend", [START, {"type": "http.response.zerocopysend", "file": 3}], "'file': 3"),
    "hints of text": ("http.response.early_hint", [START, {"type": "http.response.early_hint", "links": ["a"]}], "an item 'a'"),
    "a push of nothing": ("http.response.push", [START, {"type": "http.response.push", "path": "/"}], "without 'headers'"),
    "unannounced trailers": (
        "http.response.trailers",
        [START, MORE, {"type": "http.response.trailers", "headers": []}],
        "without 'trailers': True",
    ),
    "early trailers": (
        "http.response.trailers",
        [start(trailers=True), MORE, {"type": "http.response.trailers", "headers": []}],
        "before the end of the body",
    ),
    "missing trailers": ("http.response.trailers", [start(trailers=True), BODY], "the trailers that it has announced"),
    "a body before trailers": ("http.response.trailers", [start(trailers=True), BODY, BODY], "only trailers may follow"),
    "late debug": ("http.response.debug", [START, {"type": "http.response.debug", "info": {}}], "'Debug': it is sent once"),
}

WRONG_WEBSOCKET: dict[str, tuple[Steps, str]] = {
    "a message first": ([HEAR, SAY], "'websocket.send' before 'websocket.accept'"),
    "two accepts": ([HEAR, ACCEPT, ACCEPT], "'websocket.accept' twice"),
    "a subprotocol that none has offered": ([HEAR, ACCEPT | {"subprotocol": "x"}], "RFC 6455, 4.2.2: .*'chat'"),
    "a subprotocol of bytes": ([HEAR, ACCEPT | {"subprotocol": b"chat"}], "'subprotocol': b'chat'"),
    "a subprotocol as a header": ([HEAR, ACCEPT | {"headers": [(b"sec-websocket-protocol", b"chat")]}], "the key 'subpro"),
    "text of bytes": ([HEAR, ACCEPT, SAY | {"text": b"x"}], "'text': b'x' of type bytes"),
    "bytes of text": ([HEAR, ACCEPT, {"type": "websocket.send", "bytes": "x"}], "'bytes': 'x' of type str"),
    "text that cannot be sent": ([HEAR, ACCEPT, SAY | {"text": "\ud800"}], "UTF-8 can encode"),
    "both": ([HEAR, ACCEPT, SAY | {"bytes": b"x"}], "both 'bytes' and 'text'"),
    "neither": ([HEAR, ACCEPT, {"type": "websocket.send", "text": None}], "neither 'bytes' nor 'text'"),
    "a code of text": ([HEAR, ACCEPT, CLOSE | {"code": "1000"}], "'code': '1000'"),
    "a code that none may send": ([HEAR, ACCEPT, CLOSE | {"code": 1006}], "a code that a close frame may carry"),
    "a reason of bytes": ([HEAR, ACCEPT, CLOSE | {"reason": b"x"}], "'reason': b'x'"),
    "a message after the close": ([HEAR, ACCEPT, CLOSE, SAY], "after 'websocket.close'"),
    "two closes": ([HEAR, CLOSE, CLOSE], "after 'websocket.close'"),
    "no answer": ([HEAR], "returned without having sent 'websocket.accept' or 'websocket.close'"),
    "a page without the extension": ([HEAR, DENY], "only a server that has 'websocket.http.response'"),
}
WRONG_DENIAL: dict[str, tuple[Steps, str]] = {
    "a page for a socket": ([HEAR, ACCEPT, DENY], "it comes instead of accept"),
    "a socket after a page": ([HEAR, DENY, ACCEPT], "no other message follows a denial response"),
    "half a page": ([HEAR, DENY], "returned without having sent the last piece of the body"),
    "a page without a head": ([HEAR, DENIED], "before 'http.response.start'"),
}
WRONG_LIFESPAN: dict[str, tuple[Steps, str]] = {
    "no answer": ([HEAR], "returned without an answer to 'lifespan.startup'"),
    "nothing at all": ([], "rejects a protocol that it does not understand with an exception"),
    "an answer to nothing": ([STARTED], "before it received 'lifespan.startup'"),
    "two answers": ([HEAR, STARTED, STARTED], "after 'lifespan.startup.complete'"),
    "a shutdown that nobody asked for": ([HEAR, STARTED, STOPPED], "before it received 'lifespan.shutdown'"),
    "no shutdown": ([HEAR, STARTED, HEAR], "without an answer to 'lifespan.shutdown'"),
    "a message of bytes": ([HEAR, {"type": "lifespan.startup.failed", "message": b"x"}], "'message': b'x'"),
}
BY_APPLICATION: dict[str, tuple[dict[str, Any], list[Any], Steps, str]] = {
    **{f"http: {name}": (HTTP, [REQUEST], *case) for name, case in WRONG_HTTP.items()},
    **{
        f"extension: {name}": (HTTP | offering(extension), [REQUEST], steps, said)
        for name, (extension, steps, said) in WRONG_EXTENSIONS.items()
    },
    **{f"websocket: {name}": (WEBSOCKET, [CONNECT], *case) for name, case in WRONG_WEBSOCKET.items()},
    **{
        f"denial: {name}": (WEBSOCKET | offering("websocket.http.response"), [CONNECT], *case)
        for name, case in WRONG_DENIAL.items()
    },
    **{f"lifespan: {name}": (LIFESPAN, [STARTUP, SHUTDOWN], *case) for name, case in WRONG_LIFESPAN.items()},
}


@pytest.mark.parametrize("name", BY_APPLICATION)
def test_an_application_that_breaks_a_rule_is_caught(name: str) -> None:
    scope, given, steps, said = BY_APPLICATION[name]
    with pytest.raises(ASGIViolation, match=said) as caught:
        serve(application(steps), scope, given)
    violation = caught.value
    assert violation.by == "application"
    assert str(violation) == f"the application {violation.came}; {violation.section}: {violation.rule}"


def two_callables(scope: Any) -> Any:
    return application([])


def plain(environ: Any, start_response: Any) -> list[bytes]:
    return []


def not_async(scope: Any, receive: Any, send: Any) -> None:
    return None


@pytest.mark.parametrize(
    ("app", "said"),
    [
        (two_callables, "too many positional arguments"),
        (plain, "too many positional arguments"),
        (not_async, "None of type NoneType, which cannot be awaited"),
    ],
)
def test_what_is_no_application_is_caught(app: Callable[..., Any], said: str) -> None:
    with pytest.raises(ASGIViolation, match=f"{said}.*'Applications': an application is a single async callable"):
        serve(app, HTTP)


def test_an_application_cannot_swallow_a_violation() -> None:
    async def returns(scope: Any, receive: Any, send: Any) -> None:
        try:
            await send(BODY)
        except AssertionError:
            await send(START)
            await send(BODY)

    async def raises(scope: Any, receive: Any, send: Any) -> None:
        try:
            await send(BODY)
        except AssertionError:
            raise LookupError("something else") from None

    for app in (returns, raises):
        with pytest.raises(ASGIViolation, match="before 'http.response.start'"):
            serve(app, HTTP)


def test_an_exception_of_the_application_is_its_own() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise NotImplementedError(scope["type"])

    for scope in (HTTP, LIFESPAN, {"type": "mqtt", "asgi": {"version": "3.0"}}):
        with pytest.raises(NotImplementedError, match=str(scope["type"])):
            serve(app, scope)


def test_a_client_that_send_finds_gone_ends_the_duty_to_answer() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        with pytest.raises(BrokenPipeError):
            await send(START)

    async def send(message: Any) -> None:
        raise BrokenPipeError

    async def receive() -> Any: ...

    run(app, HTTP, receive, send)


@pytest.mark.parametrize(
    ("scope", "steps", "said"),
    [
        (HTTP | {"extensions": {"tls": None}}, [START, BODY], "the value of an extension should be a dict"),
        (HTTP, [header(b"X-A", b"1"), BODY], "the header name b'X-A'; .*'Response Start - send event': names are lower case"),
        (WEBSOCKET, [HEAR, ACCEPT | {"headers": [(b"A", b"1")]}], "'websocket.accept' with the header name b'A'"),
        (WEBSOCKET, [CLOSE], "before it received 'websocket.connect'"),
        (WEBSOCKET, [HEAR, CLOSE | {"reason": "x" * 124}], "a reason of 124 bytes"),
        (LIFESPAN, [HEAR, STARTED], "returned after its startup"),
    ],
)
def test_what_is_only_discouraged_is_a_warning(scope: dict[str, Any], steps: Steps, said: str) -> None:
    with pytest.warns(ASGIWarning, match=said):
        serve(application(steps), scope, [STARTUP if scope is LIFESPAN else CONNECT])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ASGIWarning)
        serve(application(steps), scope, [STARTUP if scope is LIFESPAN else CONNECT])
