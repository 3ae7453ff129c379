"""Makes the scope of a request, a dict as ASGI's HTTP & WebSocket specification (2.5) defines it, with the TLS extension."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

_TEXT: Final = ("http_version", "scheme", "path", "root_path")
_BYTES: Final = ("raw_path", "query_string")
_NUMBERS: Final = ("tls_version", "cipher_suite")


class Asked:
    """What httpd says in a `scope` frame."""

    def __init__(self, payload: bytes) -> None:
        words = payload.split(b"\0")
        end = words.index(b"", 2)
        while end % 2:  # an empty value
            end = words.index(b"", end + 1)
        self.name = _text(words[0])
        """The application."""
        marks = words[1]
        self.has_body = b"b" in marks
        self.reloads = b"r" in marks
        self.is_websocket = b"w" in marks
        self._fields = list(zip(words[2:end:2], words[3:end:2]))
        self._headers = list(zip(words[end + 1 : -1 : 2], words[end + 2 : -1 : 2]))

        fields = dict(self._fields)
        self.subprotocols = [_text(value) for name, value in self._fields if name == b"subprotocol"]
        """Those that the client of a WebSocket offers."""
        self.method = _text(fields[b"method"])
        self.line = f"{self.method} {_text(fields[b'raw_path'])}"
        """For entries in the log."""

    def scope(self) -> dict[str, Any]:
        """Return the scope, without the state."""
        given = {_text(name): value for name, value in self._fields}
        extensions: dict[str, Any] = {"http.response.pathsend": {}, "websocket.http.response": {}}
        scope: dict[str, Any] = {"type": "http", "asgi": {"version": "3.0", "spec_version": "2.5"}}
        scope.update((name, _text(given[name])) for name in _TEXT)
        if self.is_websocket:
            scope["type"] = "websocket"
            scope["scheme"] = "wss" if scope["scheme"] == "https" else "ws"
            scope["subprotocols"] = self.subprotocols
        else:
            scope["method"] = self.method
        scope.update((name, given[name]) for name in _BYTES)
        scope.update((name, (_text(given[name]), int(given[f"{name}.port"]))) for name in ("client", "server"))
        scope["headers"] = self._headers
        if "tls" in given:
            extensions["tls"] = self._tls(given)
        scope["extensions"] = extensions
        return scope

    def _tls(self, given: dict[str, bytes]) -> dict[str, Any]:
        tls: dict[str, Any] = {"client_cert_chain": [_text(value) for name, value in self._fields if name == b"tls.client_cert_chain"]}
        for name in ("server_cert", "client_cert_name", "client_cert_error"):
            tls[name] = _text(given[f"tls.{name}"]) if f"tls.{name}" in given else None
        for name in _NUMBERS:
            tls[name] = int(given[f"tls.{name}"]) if f"tls.{name}" in given else None
        return tls


def _text(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")
