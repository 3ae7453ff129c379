"""The order of the events of a response, over HTTP or instead of a WebSocket handshake."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .violation import EXTENSIONS, WWW, refuse

_START = f"{WWW}, 'Response Start - send event'"
_BODY = f"{WWW}, 'Response Body - send event'"


class Response:
    """The start, the body in pieces or a file, the trailers: what came, and how long it was."""

    def __init__(self, method: str) -> None:
        self._method = method
        self._started = False
        self._body_ended = False
        self._by_path = False
        self._has_body = False
        self._trailers = False
        self._debugged = False
        self._status = 0
        self._length: int | None = None
        self._size: int | None = 0  # None once a file is part of it
        self.complete = False

    @property
    def begun(self) -> bool:
        """Has it been started?"""
        return self._started

    def sent(self, kind: str, message: Mapping[str, Any]) -> None:
        """Check the next event of the response; `kind` is without the prefix of a denial response."""
        if self.complete:
            refuse("application", f"sent {kind!r} after the response was complete", "further messages are ignored", _BODY)
        if kind == "http.response.start":
            self._start(message)
        elif kind == "http.response.debug":
            self._debug()
        else:
            self._go_on(kind, message)

    def _start(self, message: Mapping[str, Any]) -> None:
        if self._started:
            refuse("application", "sent 'http.response.start' twice", "it starts the response, once", _START)
        self._started = True
        self._status = message["status"]
        self._trailers = message.get("trailers", False)
        self._length = _content_length(message.get("headers", ()))

    def _debug(self) -> None:
        if self._started or self._debugged:
            rule = "it is sent once, before the start of the response"
            refuse("application", "sent 'http.response.debug' late or again", rule, f"{EXTENSIONS}, 'Debug'")
        self._debugged = True

    def _go_on(self, kind: str, message: Mapping[str, Any]) -> None:
        if not self._started:
            refuse("application", f"sent {kind!r} before 'http.response.start'", "the start comes first", _START)
        if kind == "http.response.trailers":
            self._trail(message)
        elif self._body_ended:
            refuse("application", f"sent {kind!r} after the last piece of the body", "only trailers may follow", _BODY)
        elif kind == "http.response.pathsend":
            self._send_path()
        elif kind in ("http.response.body", "http.response.zerocopysend"):
            self._send_piece(kind, message)

    def _send_path(self) -> None:
        if self._has_body:
            rule = "a path cannot be mixed with 'http.response.body'"
            refuse("application", "sent 'http.response.pathsend' after a piece of a body", rule, f"{EXTENSIONS}, 'Path Send'")
        self._by_path = True
        self._size = None
        self._end_body()

    def _send_piece(self, kind: str, message: Mapping[str, Any]) -> None:
        self._has_body = True
        if kind == "http.response.zerocopysend":
            self._size = None
        elif self._size is not None:
            self._size += len(message.get("body", b""))
            self._check_size()
        if not message.get("more_body", False):
            self._end_body()

    def _check_size(self) -> None:
        if self._size and self._status in (204, 304):
            refuse("application", f"sent a body with status {self._status}", "a response with this status has none", "RFC 9110, 6.4.1")
        if self._method != "HEAD" and self._length is not None and self._size is not None and self._size > self._length:
            rule = "Content-Length is the length of the body"
            refuse("application", f"sent {self._size} bytes after 'content-length: {self._length}'", rule, "RFC 9110, 8.6")

    def _end_body(self) -> None:
        expects = self._method != "HEAD" and self._status != 304 and self._length is not None
        if expects and self._size is not None and self._size != self._length:
            rule = "Content-Length is the length of the body"
            refuse("application", f"sent {self._size} bytes after 'content-length: {self._length}'", rule, "RFC 9110, 8.6")
        self._body_ended = True
        self.complete = not self._trailers

    def _trail(self, message: Mapping[str, Any]) -> None:
        if not self._trailers or not self._body_ended:
            came = "before the end of the body" if self._trailers else "without 'trailers': True in 'http.response.start'"
            rule = "trailers are announced, and follow the last piece of the body"
            refuse("application", f"sent 'http.response.trailers' {came}", rule, f"{EXTENSIONS}, 'HTTP Trailers'")
        self.complete = not message.get("more_trailers", False)

    def returned(self) -> None:
        """Refuse a response that is not complete."""
        if self.complete:
            return
        missing = "'http.response.start'" if not self._started else "the last piece of the body"
        if self._body_ended:
            missing = "the trailers that it has announced"
        rule = "a start, and then a body whose last piece has no 'more_body'"
        refuse("application", f"returned without having sent {missing}", rule, _START if not self._started else _BODY)


def _content_length(headers: Any) -> int | None:
    lengths = [value for name, value in headers if name == b"content-length"]
    if not lengths:
        return None
    if len(lengths) > 1 or not lengths[0].isdigit():
        refuse("application", f"sent the lengths {lengths!r}", "Content-Length is one decimal number", "RFC 9110, 8.6")
    return int(lengths[0])
