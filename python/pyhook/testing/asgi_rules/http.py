"""The order of events on an http scope."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .order import Order
from .response import Response
from .violation import WWW, refuse


class HTTPOrder(Order):
    """The request's body, the response, and the end."""

    def __init__(self, scope: Mapping[str, Any]) -> None:
        super().__init__(scope)
        self._body_ended = False
        self._response = Response(scope["method"])

    def received(self, kind: str, message: Mapping[str, Any]) -> None:
        if kind == "http.disconnect":
            self.gone = True
        elif self.gone:
            rule = "nothing follows the disconnect"
            refuse("server", f"gave {kind!r} after 'http.disconnect'", rule, f"{WWW}, 'Disconnect - receive event'")
        elif self._body_ended:
            rule = "a message without 'more_body' ends the body"
            refuse("server", f"gave {kind!r} after the last piece of the body", rule, f"{WWW}, 'Request - receive event'")
        else:
            self._body_ended = not message.get("more_body", False)

    def sent(self, kind: str, message: Mapping[str, Any]) -> None:
        self._response.sent(kind, message)

    def returned(self) -> None:
        if not self.gone:
            self._response.returned()
