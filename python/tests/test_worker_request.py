"""The request of worker processes beside the stub: the same names and writable fields; differences are listed here."""

from __future__ import annotations

import ast
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from the_stub import STUB

from pyhook import RequestEnded
from pyhook.worker import frames, streams
from pyhook.worker.answer import Answer
from pyhook.worker.clock import Clock
from pyhook.worker.question import Question
from pyhook.worker.request import SENT, Request

METHODS_OF_CHILDREN = {
    *("internal_redirect", "lookup_uri", "lookup_file", "run", "destroy", "add_input_filter", "add_output_filter"),
    *("send_interim_response", "custom_response", "allow_methods", "expr", "expr_string", "ssl_var"),
}
FIELDS_OF_CHILDREN = {"connection", "server", "some_auth_required"}
READ_ONLY_HERE = {"uri", "args", "path_info", "filename", "handler", "proxyreq"}

[_REQUEST] = [node for node in STUB.body if isinstance(node, ast.ClassDef) and node.name == "Request"]
FIELDS = {node.target.id for node in _REQUEST.body if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)}
NAMES = FIELDS | {node.name for node in _REQUEST.body if isinstance(node, ast.FunctionDef)}


def payload(**tables: list[tuple[str, str]]) -> bytes:
    words = ["handler shop:page", "", "method", "GET", "unparsed_uri", "/x", "uri", "/x", "is_initial", "1", "mtime", "1500000", ""]
    for name in ("headers_in", "trailers_in", *SENT, "options"):
        rows = tables.get(name, [])
        words += [name, str(len(rows)), *(word for row in rows for word in row)]
    return ("\0".join(words) + "\0").encode()


@contextmanager
def served(**tables: list[tuple[str, str]]) -> Iterator[tuple[Request, Answer, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        connection, clock = frames.Connection(ours), Clock()
        answer = Answer(connection, clock)
        request = Request(Question(payload(**tables)), answer, streams.Input(connection, clock))
        answer.begin(request)
        yield request, answer, theirs


def sent(theirs: socket.socket) -> list[tuple[int, bytes]]:
    connection = frames.Connection(theirs)
    connection.set_waiting(False)
    found = []
    while (frame := connection.receive_ready()) is not None:
        found.append(frame)
    return found


def test_it_has_the_names_of_the_stub_and_no_others() -> None:
    public = {name for name in dir(Request) if not name.startswith("_")}
    dunder = {name for name in NAMES if name.startswith("__")}
    assert public == NAMES - dunder
    assert all(hasattr(Request, name) for name in dunder)


def test_what_it_lets_set_is_what_the_stub_does_but_for_the_list() -> None:
    with served() as (request, _, _):
        for name in FIELDS:
            if name in READ_ONLY_HERE:
                with pytest.raises(AttributeError, match="read-only"):
                    setattr(request, name, getattr(request, name))
            else:
                setattr(request, name, getattr(request, name))


def test_what_only_children_have_says_so() -> None:
    with served() as (request, _, _):
        for name in FIELDS_OF_CHILDREN:
            with pytest.raises(RuntimeError, match=f"req.{name} works only in httpd's children"):
                getattr(request, name)
        for name in METHODS_OF_CHILDREN:
            with pytest.raises(RuntimeError, match=f"req.{name}\\(\\) works only in httpd's children"):
                getattr(request, name)("x")


def test_only_changes_go_to_httpd() -> None:
    with served(headers_out=[("Vary", "a"), ("Vary", "b")], err_headers_out=[("Old", "1")], notes=[("old", "1")]) as (request, answer, theirs):
        request.headers_out["vary"] = "c"
        request.mtime = 2.5
        request.content_languages = ["en", "fi"]
        del request.err_headers_out["old"]
        request.notes["new"] = "1"
        for name in ("OLD", "Mod_session"):
            with pytest.raises(RuntimeError, match=f"changing the note '{name}'"):
                request.notes[name] = "2"
        request.add_cgi_vars()
        request.user = None
        answer.end(0)
        assert sent(theirs) == [
            (frames.SET, b"content_languages\x002\x00en\x00fi\x00mtime\x001\x002500000\x00headers_out\x002\x00vary\x00c\x00err_headers_out\x001\x00Old\x00notes\x002\x00new\x001\x00"),
            (frames.RESULT, b"\0\0\0\0"),
        ]


def test_an_error_takes_the_place_of_what_waits() -> None:
    with served() as (request, answer, theirs):
        request.write("waits")
        answer.end(404)
        assert sent(theirs) == [(frames.RESULT, (404).to_bytes(4, "little"))]


def test_nothing_is_sent_after_the_end() -> None:
    with served() as (request, answer, _):
        answer.end(0)
        sends: list[Any] = [lambda: request.write("x"), request.flush, lambda: request.sendfile(__file__)]
        for send in sends:
            with pytest.raises(ConnectionAbortedError):
                send()
        request._end()
        assert request.ended
        uses: list[Any] = [lambda: request.method, lambda: request.headers_in, lambda: request.write("x"), request.read]
        for use in uses:
            with pytest.raises(RequestEnded):
                use()
