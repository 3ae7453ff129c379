"""The keys of the three scopes, and of the TLS extension in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import values as v
from .events import Key, needed
from .violation import LIFESPAN, MAIN, TLS, WWW, advise, refuse

ASGI = {
    "version": needed(v.that(v.TEXT, "the version of ASGI, '3.0'", lambda version: version.startswith("3."))),
    "spec_version": Key(v.WORD),
}
_STRINGS = v.Kind(
    "a dict with str keys",
    lambda value: v.shown(value) if v.DICT.fault(value) or any(map(v.TEXT.fault, value)) else None,
)
_UPPER = v.that(v.WORD, "the method's name, a str in upper case", lambda method: method == method.upper())
_RAW_PATH = v.that(v.BYTES, "a byte string (bytes) without the query string", lambda path: b"?" not in path).or_none()
_OF_A_CONNECTION = {
    "scheme": Key(v.WORD),
    "path": needed(v.TEXT),
    "raw_path": Key(_RAW_PATH),
    "root_path": Key(v.TEXT),
    "headers": needed(v.HEADERS),
    "client": Key(v.CLIENT),
    "server": Key(v.SERVER),
    "state": Key(_STRINGS),
    "extensions": Key(_STRINGS.or_none()),
}


def _version(*versions: str) -> v.Kind:
    return v.that(v.TEXT, f"one of {', '.join(map(repr, versions))}", lambda value: value in versions)


SCOPES: dict[str, tuple[str, Mapping[str, Key]]] = {
    "http": (
        f"{WWW}, 'HTTP Connection Scope'",
        _OF_A_CONNECTION
        | {
            "http_version": needed(_version("1.0", "1.1", "2")),
            "method": needed(_UPPER),
            "query_string": needed(v.BYTES),
        },
    ),
    "websocket": (
        f"{WWW}, 'Websocket Connection Scope'",
        _OF_A_CONNECTION
        | {
            "http_version": Key(_version("1.1", "2")),
            "query_string": Key(v.BYTES.or_none()),
            "subprotocols": Key(v.list_of(v.TEXT, "an iterable of Unicode strings (str)")),
        },
    ),
    "lifespan": (
        f"{LIFESPAN}, 'Scope'",
        {"state": Key(v.that(v.DICT, "an empty dict", lambda state: not state)), "extensions": Key(_STRINGS.or_none())},
    ),
}

_TLS = {
    "server_cert": needed(v.TEXT.or_none()),
    "client_cert_chain": Key(v.list_of(v.TEXT, "an iterable of PEM certificates (str)")),
    "client_cert_name": Key(v.TEXT.or_none()),
    "client_cert_error": Key(v.WORD.or_none()),
    "tls_version": needed(v.INT.or_none()),
    "cipher_suite": needed(
        v.that(v.INT, "an int of 16 bits", lambda suite: 0 <= suite < 65536).or_none()
    ),
}


def check_scope(scope: Any) -> str:
    """Check a scope; return its type. One of another protocol is only checked for what all have."""
    if not isinstance(scope, dict):
        refuse("server", f"gave the scope {v.shown(scope)}", "'scope' is a dict", f"{MAIN}, 'Applications'")
    _check("the scope", scope, {"type": needed(v.TEXT), "asgi": needed(v.DICT)}, f"{MAIN}, 'Applications'")
    _check("scope['asgi']", scope["asgi"], ASGI, f"{MAIN}, 'Applications'")
    protocol: str = scope["type"]
    if protocol in SCOPES:
        section, keys = SCOPES[protocol]
        _check(f"the {protocol} scope", scope, keys, section)
        _check_extensions(scope)
    return protocol


def _check(what: str, found: Mapping[str, Any], keys: Mapping[str, Key], section: str) -> None:
    for name, key in keys.items():
        if name in found:
            if fault := key.kind.fault(found[name]):
                refuse("server", f"gave {what} with {name!r}: {fault}", f"{name!r} is {key.kind.says}", section)
        elif key.required:
            refuse("server", f"gave {what} without {name!r}", f"{name!r} is {key.kind.says}, and mandatory", section)


def _check_extensions(scope: Mapping[str, Any]) -> None:
    for name, extension in (scope.get("extensions") or {}).items():
        if not isinstance(extension, dict):
            rule = "the value of an extension should be a dict"
            advise("server", f"gave the extension {name!r} of type {type(extension).__name__}", rule, f"{MAIN}, 'Extensions'")
        elif name == "tls":
            _check_tls(extension, scope.get("scheme"))


def _check_tls(extension: Mapping[str, Any], scheme: object) -> None:
    section = f"{TLS}, 'TLS Connection Scope'"
    if scheme not in ("https", "wss"):
        rule = "the extension is only for TLS connections"
        refuse("server", f"gave the extension 'tls' with the scheme {scheme!r}", rule, f"{TLS}, 'When to use this extension'")
    _check("the extension 'tls'", extension, _TLS, section)
    if list(extension.get("client_cert_chain", ())) and extension.get("client_cert_name") is None:
        refuse("server", "gave a client_cert_chain without client_cert_name", "then the name must be provided", section)
