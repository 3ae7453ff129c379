"""Kinds of values in scopes and messages. Each says what it is, and what is wrong with a value that is not of it."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""A field name (RFC 9110, 5.1 and 5.6.2)."""

FORBIDDEN = re.compile(rb"[\r\n\0]")
"""What no field value has (RFC 9110, 5.5)."""


@dataclass(frozen=True)
class Kind:
    """`says` completes the sentence "'status' is …"; `fault` returns what came instead, or None."""

    says: str
    fault: Callable[[Any], str | None]

    def or_none(self) -> Kind:
        """Return the kind that also allows None."""
        return Kind(f"{self.says}, or None", lambda value: None if value is None else self.fault(value))


def shown(value: object) -> str:
    """Return a value and its type, shortened."""
    text = repr(value)
    return f"{text if len(text) <= 60 else text[:57] + '...'} of type {type(value).__name__}"


def of_type(says: str, *types: type) -> Kind:
    """Return the kind of all values of these types. A bool is no int."""

    def fault(value: object) -> str | None:
        right = isinstance(value, types) and (bool in types or not isinstance(value, bool))
        return None if right else shown(value)

    return Kind(says, fault)


def that(kind: Kind, says: str, holds: Callable[[Any], object]) -> Kind:
    """Return the kind of those values of `kind` for which something holds."""
    return Kind(says, lambda value: kind.fault(value) or (None if holds(value) else shown(value)))


def is_utf8(value: str) -> bool:
    """Can the text be sent?"""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


TEXT = of_type("a Unicode string (str)", str)
BYTES = of_type("a byte string (bytes)", bytes)
BOOL = of_type("a bool", bool)
INT = of_type("an int", int)
DICT = of_type("a dict", dict)
WORD = that(TEXT, "a Unicode string (str) that is not empty", bool)
ENCODABLE = that(TEXT, "a Unicode string (str) that UTF-8 can encode", is_utf8)
STATUS = that(INT, "an int, the status code of a final response (200 to 599)", lambda value: 200 <= value <= 599)
CLOSE_CODES = frozenset({*range(1000, 1004), *range(1007, 1015), *range(3000, 5000)})
CLOSE_CODE = that(
    INT, "an int, a code that a close frame may carry (RFC 6455, 7.4)", lambda value: value in CLOSE_CODES
)
HEARD_CODE = that(INT, "an int, a close code (RFC 6455, 7.4)", lambda value: 1000 <= value <= 4999)
FILE = Kind(
    "a file object with a descriptor (fileno())", lambda value: None if hasattr(value, "fileno") else shown(value)
)
ABSOLUTE = that(TEXT, "a Unicode string (str), an absolute path", os.path.isabs)


def items(value: object) -> list[Any] | None:
    """Return the items of an iterable that is no string; None for everything else."""
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Iterable):
        return None
    return list(value)


def list_of(kind: Kind, says: str) -> Kind:
    """Return the kind of an iterable of values of `kind`."""

    def fault(value: object) -> str | None:
        found = items(value)
        if found is None:
            return shown(value)
        return next((f"an item {wrong}" for item in found if (wrong := kind.fault(item))), None)

    return Kind(says, fault)


def _fault_of_header(header: object) -> str | None:
    pair = items(header)
    if pair is None or len(pair) != 2:
        return f"the header {shown(header)}"
    for what, part in zip(("name", "value"), pair):
        if not isinstance(part, bytes):
            return f"the header {what} {shown(part)}"
    name, value = pair
    if name.startswith(b":"):
        return f"the pseudo header {name!r}"
    if not NAME.fullmatch(name):
        return f"the header name {name!r}, which is no token (RFC 9110, 5.1)"
    if FORBIDDEN.search(value):
        return f"the header value {value!r} with CR, LF or NUL (RFC 9110, 5.5)"
    return None


def _fault_of_headers(value: object) -> str | None:
    headers = items(value)
    if headers is None:
        return shown(value)
    return next((fault for header in headers if (fault := _fault_of_header(header))), None)


HEADERS = Kind("an iterable of [name, value] pairs of byte strings, no pseudo headers", _fault_of_headers)


def _fault_of_address(value: object, port: Kind) -> str | None:
    pair = items(value)
    if pair is None or len(pair) != 2 or TEXT.fault(pair[0]) or port.fault(pair[1]):
        return shown(value)
    return None


CLIENT = Kind("[host, port], a str and an int", lambda value: _fault_of_address(value, INT)).or_none()
SERVER = Kind(
    "[host, port] or [path, None], a str and an int", lambda value: _fault_of_address(value, INT.or_none())
).or_none()


def fault_of_message_value(value: object) -> str | None:
    """Return what cannot be serialized in a value of a message, or None."""
    if value is None or isinstance(value, (bytes, str, bool)):
        return None
    if isinstance(value, int):
        return None if -(2**63) <= value < 2**63 else f"{value}, which has more than 64 bits"
    if isinstance(value, float):
        return None if math.isfinite(value) else f"the float {value}"
    if isinstance(value, (list, tuple)):
        return next((wrong for item in value if (wrong := fault_of_message_value(item))), None)
    if isinstance(value, dict):
        strange = next((key for key in value if not isinstance(key, str)), None)
        if strange is not None:
            return f"the key {shown(strange)}"
        return next((wrong for item in value.values() if (wrong := fault_of_message_value(item))), None)
    return shown(value)


ANYTHING = Kind(
    "made of bytes, str, int of 64 bits, finite float, list, dict with str keys, bool and None", fault_of_message_value
)
