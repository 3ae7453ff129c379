"""The order of events on a websocket scope."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .order import Order
from .response import Response
from .violation import EXTENSIONS, WWW, advise, refuse

_CONNECT = f"{WWW}, 'Connect - receive event'"
_ACCEPT = f"{WWW}, 'Accept - send event'"
_CLOSE = f"{WWW}, 'Close - send event'"
_LONGEST_REASON = 123  # bytes: RFC 6455, 5.5


class WebSocketOrder(Order):
    """The handshake, the messages, and the end from either side."""

    def __init__(self, scope: Mapping[str, Any]) -> None:
        super().__init__(scope)
        self._connected = False
        self._accepted = False
        self._closed = False
        self._denial: Response | None = None

    def received(self, kind: str, message: Mapping[str, Any]) -> None:
        if self._connected == (kind == "websocket.connect"):
            came = "twice" if self._connected else "first"
            refuse("server", f"gave {kind!r} {came}", "the first event is 'websocket.connect', and no other is", _CONNECT)
        self._connected = True
        if kind == "websocket.receive":
            self._check_heard(message)
        elif kind == "websocket.disconnect":
            self.gone = True

    def _check_heard(self, message: Mapping[str, Any]) -> None:
        if self.gone:
            section = f"{WWW}, 'Disconnect - receive event' of WebSocket"
            refuse("server", "gave 'websocket.receive' after 'websocket.disconnect'", "the connection is lost", section)
        if not self._accepted:
            rule = "accept or close comes before messages"
            refuse("server", "gave 'websocket.receive' before 'websocket.accept'", rule, _CONNECT)
        _check_content(message, "server", "gave 'websocket.receive'", f"{WWW}, 'Receive - receive event'")

    def sent(self, kind: str, message: Mapping[str, Any]) -> None:
        if not self._connected:
            rule = "it is responded to"
            advise("application", f"sent {kind!r} before it received 'websocket.connect'", rule, _CONNECT)
        if kind.startswith("websocket.http.response."):
            self._deny(kind, message)
        elif self._closed:
            refuse("application", f"sent {kind!r} after 'websocket.close'", "it closes the connection", _CLOSE)
        elif self._denial is not None:
            rule = "no other message follows a denial response"
            refuse("application", f"sent {kind!r} after it had begun one", rule, f"{EXTENSIONS}, 'Websocket Denial Response'")
        elif kind == "websocket.accept":
            self._accept(message)
        elif kind == "websocket.close":
            _check_reason(message.get("reason") or "")
            self._closed = True
        elif kind == "websocket.send":
            self._say(message)

    def _deny(self, kind: str, message: Mapping[str, Any]) -> None:
        if self._accepted or self._closed:
            rule = "it comes instead of accept and close"
            refuse("application", f"sent {kind!r} after either", rule, f"{EXTENSIONS}, 'Websocket Denial Response'")
        if self._denial is None:
            self._denial = Response("GET")
        self._denial.sent(kind.removeprefix("websocket."), message)

    def _accept(self, message: Mapping[str, Any]) -> None:
        if self._accepted:
            refuse("application", "sent 'websocket.accept' twice", "it answers 'websocket.connect', once", _CONNECT)
        if any(name == b"sec-websocket-protocol" for name, _ in message.get("headers", ())):
            rule = "the key 'subprotocol' is for that"
            refuse("application", "accepted with the header sec-websocket-protocol", rule, _ACCEPT)
        chosen = message.get("subprotocol")
        offered = list(self.scope.get("subprotocols", ()))
        if chosen is not None and chosen not in offered:
            rule = f"it is one of those that the client offers, {offered!r}"
            refuse("application", f"accepted the subprotocol {chosen!r}", rule, "RFC 6455, 4.2.2")
        self._accepted = True

    def _say(self, message: Mapping[str, Any]) -> None:
        if not self._accepted:
            rule = "accept or close answers 'websocket.connect'"
            refuse("application", "sent 'websocket.send' before 'websocket.accept'", rule, _CONNECT)
        _check_content(message, "application", "sent 'websocket.send'", f"{WWW}, 'Send - send event'")

    def returned(self) -> None:
        if self.gone or self._accepted or self._closed:
            return
        if self._denial is not None:
            self._denial.returned()
            return
        rule = "'websocket.connect' must be answered with accept or close"
        refuse("application", "returned without having sent 'websocket.accept' or 'websocket.close'", rule, _CONNECT)


def _check_content(message: Mapping[str, Any], by: Any, what: str, section: str) -> None:
    given = [key for key in ("bytes", "text") if message.get(key) is not None]
    if len(given) != 1:
        came = "both 'bytes' and 'text'" if given else "neither 'bytes' nor 'text'"
        refuse(by, f"{what} with {came}", "exactly one of them is not None", section)


def _check_reason(reason: str) -> None:
    if len(reason.encode()) > _LONGEST_REASON:
        rule = f"a close frame has room for {_LONGEST_REASON} bytes, so a server must cut it"
        advise("application", f"closed with a reason of {len(reason.encode())} bytes", rule, "RFC 6455, 5.5")
