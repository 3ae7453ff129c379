"""Checks what an application gives to `start_response`, as `mod_pyhook/gateway/head.cpp` does."""

from __future__ import annotations

import re

from . import frames

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

_STATUS = re.compile(r"[0-9]{3}(?: .*)?", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_CONTROL_OR_TAB = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HOP_BY_HOP = frozenset(
    (
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "trailers",
        "transfer-encoding",
        "upgrade",
    )
)

NO_BODY = frozenset(("204", "304"))
"""Statuses of responses that end with their head."""

_LONGEST = frames.MOST - 1000  # bytes; a length may be added


def check(status: object, headers: object) -> list[str]:
    """Return status, names and values, one after the other. Raises `TypeError` or `ValueError` (PEP 3333)."""
    if not isinstance(status, str):
        raise TypeError(f"the status is a str, not {type(status).__name__}")
    if _STATUS.fullmatch(status) is None:
        raise ValueError(f"the status is three digits, a space and a reason, as '200 OK', not {status[:100]!r}")
    if _CONTROL.search(status):
        raise ValueError("the status has control characters")
    if not 200 <= int(status[:3]) <= 599:
        raise ValueError(f"{status[:3]} is no final status (200 to 599)")
    if not isinstance(headers, list):
        raise TypeError(f"the headers are a list of (name, value) tuples, not {type(headers).__name__}")
    found = [status]
    for pair in headers:
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise TypeError(f"a header is a tuple (name, value), not {pair!r}")
        _check_header(*pair)
        found += pair
    _check_latin1(found)
    check_length(found)
    return found


def check_pairs(status: object, headers: Iterable[Iterable[object]]) -> list[bytes]:
    """Return status, names and values as ASGI has them. Raises `TypeError` or `ValueError`.

    Headers of the connection are left out: httpd manages it.
    """
    if not isinstance(status, int):
        raise TypeError(f"the status is an int, not {type(status).__name__}")
    if not 200 <= status <= 599:
        raise ValueError(f"{int(status)} is no final status (200 to 599)")
    found = [b"%d" % status]
    for pair in headers:
        items = tuple(pair)
        if len(items) != 2:
            raise TypeError(f"a header is a pair of name and value, not {pair!r}")
        name, value = _bytes_of(items[0], "name"), _bytes_of(items[1], "value")
        text = name.decode("latin-1")
        if text.lower() not in _HOP_BY_HOP:
            _check_header(text, value.decode("latin-1"))
            found += name, value
    check_length(found)
    return found


def _bytes_of(item: object, what: str) -> bytes:
    if not isinstance(item, bytes):
        raise TypeError(f"the {what} of a header is bytes, not {type(item).__name__}")
    return item


def _check_header(name: object, value: object) -> None:
    if not isinstance(name, str):
        raise TypeError(f"the name of a header is a str, not {type(name).__name__}")
    if not isinstance(value, str):
        raise TypeError(f"the value of a header is a str, not {type(value).__name__}")
    if _CONTROL_OR_TAB.search(value):
        raise ValueError(f"the value of {name[:100]} has control characters")
    if _TOKEN.fullmatch(name) is None:
        raise ValueError(f"{name[:100]!r} is no name of a header")
    if name.lower() in _HOP_BY_HOP:
        raise ValueError(f"{name[:100]} is between httpd and the client: an application can't set it")
    if name.lower() == "content-length" and not (value.isascii() and value.isdigit()):
        raise ValueError(f"Content-Length is a number, not {value[:100]!r}")


def check_length(found: Collection[str] | Collection[bytes]) -> None:
    """Raise `ValueError` if this is too long for a frame."""
    if sum(map(len, found)) + len(found) > _LONGEST:
        raise ValueError(f"the status and the headers have more than {_LONGEST} bytes, which a process can't send")


def _check_latin1(texts: list[str]) -> None:
    for text in texts:
        if not text.isascii():
            try:
                text.encode("latin-1")
            except UnicodeEncodeError:
                raise ValueError(f"a header or status has characters outside ISO-8859-1: {text!r}") from None
