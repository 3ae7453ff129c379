"""The table of ASGI's events: who sends each, its keys and their kinds, and the section that says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from . import values as v
from .violation import EXTENSIONS, LIFESPAN, MAIN, WWW, Party, advise, refuse


@dataclass(frozen=True)
class Key:
    """A key of an event. One that is not required may be missing, but then it has its default."""

    kind: v.Kind
    required: bool = False


@dataclass(frozen=True)
class Event:
    """An event. If it belongs to an extension, the scope must offer that."""

    by: Party
    section: str
    keys: Mapping[str, Key]
    extension: str | None = None


def needed(kind: v.Kind) -> Key:
    """Return a key that must be there."""
    return Key(kind, required=True)


_RESPONSE_START = {"status": needed(v.STATUS), "headers": Key(v.HEADERS), "trailers": Key(v.BOOL)}
_BODY = {"body": Key(v.BYTES), "more_body": Key(v.BOOL)}
_MESSAGE = {"bytes": Key(v.BYTES.or_none()), "text": Key(v.ENCODABLE.or_none())}
_REASON = Key(v.ENCODABLE.or_none())
_FAILED = {"message": Key(v.TEXT)}

EVENTS = {
    "http.request": Event("server", f"{WWW}, 'Request - receive event'", _BODY),
    "http.disconnect": Event("server", f"{WWW}, 'Disconnect - receive event'", {}),
    "http.response.start": Event("application", f"{WWW}, 'Response Start - send event'", _RESPONSE_START),
    "http.response.body": Event("application", f"{WWW}, 'Response Body - send event'", _BODY),
    "websocket.connect": Event("server", f"{WWW}, 'Connect - receive event'", {}),
    "websocket.accept": Event(
        "application",
        f"{WWW}, 'Accept - send event'",
        {"subprotocol": Key(v.TEXT.or_none()), "headers": Key(v.HEADERS)},
    ),
    "websocket.receive": Event("server", f"{WWW}, 'Receive - receive event'", _MESSAGE),
    "websocket.send": Event("application", f"{WWW}, 'Send - send event'", _MESSAGE),
    "websocket.disconnect": Event(
        "server",
        f"{WWW}, 'Disconnect - receive event' of WebSocket",
        {"code": needed(v.HEARD_CODE), "reason": Key(v.TEXT.or_none())},
    ),
    "websocket.close": Event(
        "application", f"{WWW}, 'Close - send event'", {"code": Key(v.CLOSE_CODE), "reason": _REASON}
    ),
    "lifespan.startup": Event("server", f"{LIFESPAN}, 'Startup - receive event'", {}),
    "lifespan.startup.complete": Event("application", f"{LIFESPAN}, 'Startup Complete - send event'", {}),
    "lifespan.startup.failed": Event("application", f"{LIFESPAN}, 'Startup Failed - send event'", _FAILED),
    "lifespan.shutdown": Event("server", f"{LIFESPAN}, 'Shutdown - receive event'", {}),
    "lifespan.shutdown.complete": Event("application", f"{LIFESPAN}, 'Shutdown Complete - send event'", {}),
    "lifespan.shutdown.failed": Event("application", f"{LIFESPAN}, 'Shutdown Failed - send event'", _FAILED),
    "websocket.http.response.start": Event(
        "application", f"{EXTENSIONS}, 'Websocket Denial Response'", _RESPONSE_START, "websocket.http.response"
    ),
    "websocket.http.response.body": Event(
        "application", f"{EXTENSIONS}, 'Websocket Denial Response'", _BODY, "websocket.http.response"
    ),
    "http.response.push": Event(
        "application",
        f"{EXTENSIONS}, 'HTTP/2 Server Push'",
        {"path": needed(v.TEXT), "headers": needed(v.HEADERS)},
        "http.response.push",
    ),
    "http.response.zerocopysend": Event(
        "application",
        f"{EXTENSIONS}, 'Zero Copy Send'",
        {"file": needed(v.FILE), "offset": Key(v.INT), "count": Key(v.INT), "more_body": Key(v.BOOL)},
        "http.response.zerocopysend",
    ),
    "http.response.pathsend": Event(
        "application", f"{EXTENSIONS}, 'Path Send'", {"path": needed(v.ABSOLUTE)}, "http.response.pathsend"
    ),
    "http.response.early_hint": Event(
        "application",
        f"{EXTENSIONS}, 'Early Hints'",
        {"links": needed(v.list_of(v.BYTES, "an iterable of byte strings"))},
        "http.response.early_hint",
    ),
    "http.response.trailers": Event(
        "application",
        f"{EXTENSIONS}, 'HTTP Trailers'",
        {"headers": needed(v.HEADERS), "more_trailers": Key(v.BOOL)},
        "http.response.trailers",
    ),
    "http.response.debug": Event(
        "application", f"{EXTENSIONS}, 'Debug'", {"info": needed(v.DICT)}, "http.response.debug"
    ),
}

VERB: dict[Party, str] = {"application": "sent", "server": "gave"}


def check_event(message: Any, by: Party, protocol: str, offered: Mapping[str, Any]) -> str:
    """Check one message of `by` on a scope of this type that offers these extensions; return its type."""
    verb = VERB[by]
    if not isinstance(message, dict):
        refuse(by, f"{verb} {v.shown(message)}", "each event is a dict", f"{MAIN}, 'Events'")
    kind = message.get("type")
    if not isinstance(kind, str):
        refuse(by, f"{verb} an event whose type is {v.shown(kind)}", "'type' is a Unicode string", f"{MAIN}, 'Events'")
    event = EVENTS.get(kind)
    if event is None or event.by != by or kind.split(".")[0] != protocol:
        if not _is_offered(kind, offered):
            rule = f"an event type is one that {protocol!r} defines for the {by}, or an extension in the scope"
            refuse(by, f"{verb} {kind!r} on a scope of type {protocol!r}", rule, f"{MAIN}, 'Protocol Specifications'")
        event = Event(by, f"{MAIN}, 'Extensions'", {})
    elif event.extension is not None and event.extension not in offered:
        rule = f"only a server that has {event.extension!r} in scope['extensions'] takes it"
        refuse(by, f"{verb} {kind!r}", rule, event.section)
    _check_keys(message, kind, event)
    return kind


def _is_offered(kind: str, offered: Mapping[str, Any]) -> bool:
    """Is it an event of an extension that the validator does not know?"""
    known = {event.extension for event in EVENTS.values()}
    return any(kind == name or kind.endswith("." + name) for name in offered if name not in known)


def _check_keys(message: dict[Any, Any], kind: str, event: Event) -> None:
    verb = VERB[event.by]
    for name, key in event.keys.items():
        if name in message:
            if fault := key.kind.fault(message[name]):
                refuse(event.by, f"{verb} {kind!r} with {name!r}: {fault}", f"{name!r} is {key.kind.says}", event.section)
        elif key.required:
            refuse(event.by, f"{verb} {kind!r} without {name!r}", f"{name!r} is {key.kind.says}, and mandatory", event.section)
    _check_case(message, kind, event)
    more = {name: value for name, value in message.items() if name not in event.keys}
    if fault := v.fault_of_message_value(more):
        refuse(event.by, f"{verb} {kind!r} with {fault}", f"a message is {v.ANYTHING.says}", f"{MAIN}, 'Events'")


def _check_case(message: dict[Any, Any], kind: str, event: Event) -> None:
    """Advise lower case. The specification says "must", but Django keeps the case, and servers take it."""
    for name, _ in message.get("headers", ()) if "headers" in event.keys else ():
        if name != name.lower():
            advise(event.by, f"{VERB[event.by]} {kind!r} with the header name {name!r}", "names are lower case", event.section)
