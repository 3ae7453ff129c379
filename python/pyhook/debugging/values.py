"""Values as a developer reads them: bounded, whatever they do, and without secrets."""

from __future__ import annotations

import os
import re
from base64 import b64decode
from binascii import Error
from collections.abc import Collection, Iterable, Iterator, Mapping

HIDDEN = "(hidden)"
LONGEST = 2000
"""Characters of a value."""
LONGEST_INSIDE = 200
"""Characters of a text in a container."""
MOST = (50, 20, 10, 5)
"""Elements of a container, of one in it, and so on."""
ROOM = 1_000_000
"""Characters of all values on a page."""

SECRET_NAME = re.compile(
    r"passw|passphrase|passwd|pwd|secret|token|api_?key|private_?key|_key$|^key$|auth(?!ors?(?!i))|cookie|session|credential|csrf|xsrf|signature|jwt|bearer",
    re.IGNORECASE,
)
"""Of locals, keys, headers, attributes and parameters of a URL whose values are not shown."""

NAME = re.compile(r"""(?<![\w.-])(?P<name>[\w.-]+)['"]?\s*[=:]\s*""")
VALUE = re.compile(r"""b?'(?:[^'\\]|\\.)*(?:'|\\?\Z)|b?"(?:[^"\\]|\\.)*(?:"|\\?\Z)|[^\s,;&)\]}>]+""", re.DOTALL)
"""`password='x'` in the text of an object, `password=x` in a URL.

A name is looked for once in a word, and a text whose end was cut off is a value: the time is linear.
"""

DICT_REPR: object = dict.__repr__

BRACKETS: dict[type, tuple[str, str]] = {list: ("[", "]"), tuple: ("(", ")"), set: ("{", "}"), frozenset: ("frozenset(", ")")}


def is_secret(name: object) -> bool:
    return isinstance(name, str) and SECRET_NAME.search(name.replace("-", "_")) is not None


def shown(value: object, depth: int = 0) -> str:
    """What `repr` would say, cut. Never raises."""
    try:
        return _shown(value, type(value), depth)
    except BaseException as problem:  # of code that is being debugged, SystemExit too
        return f"<a value that raises {type(problem).__name__}>"


def _shown(value: object, kind: type, depth: int) -> str:
    if value is os.environ:
        return f"os.environ, {HIDDEN}"
    if isinstance(value, (str, bytes, bytearray)) and kind in (str, bytes, bytearray):
        return _cut_text(value, LONGEST_INSIDE if depth else LONGEST)
    if isinstance(value, dict) and getattr(kind, "__repr__", None) is DICT_REPR:
        return _cut(_items(value, depth), LONGEST)
    if isinstance(value, (list, tuple, set, frozenset)) and kind in BRACKETS:
        return _cut(_elements(value, BRACKETS[kind], depth), LONGEST)
    return _cut_safely(_guarded(value), LONGEST_INSIDE if depth else LONGEST)


def _guarded(value: object) -> str:
    try:
        return repr(value)
    except BaseException as problem:
        return f"<{type(value).__name__}, whose repr raises {type(problem).__name__}>"


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]}… ({len(text)} characters)"


def _cut_safely(text: str, longest: int) -> str:
    more = f"… ({len(text)} characters)" if len(text) > longest else ""
    return without_named_secrets(text[:longest])[:longest] + more


def _cut_text(value: str | bytes | bytearray, longest: int) -> str:
    more = f"… ({len(value)} in all)" if len(value) > longest else ""
    return repr(value[:longest]) + more


def _items(value: dict[object, object], depth: int) -> str:
    """By the methods of dict itself: those of a class of the user's may do anything."""
    if depth >= len(MOST):
        return "{…}"
    first = [pair for _, pair in zip(range(MOST[depth]), dict.items(value), strict=False)]
    texts = [f"{shown(key, depth + 1)}: {HIDDEN if is_secret(key) else shown(each, depth + 1)}" for key, each in first]
    return "{" + ", ".join([*texts, *_rest(dict.__len__(value), len(first))]) + "}"


def _elements(value: Collection[object], brackets: tuple[str, str], depth: int) -> str:
    opening, closing = brackets
    if depth >= len(MOST):
        return f"{opening}…{closing}"
    first = [each for _, each in zip(range(MOST[depth]), value, strict=False)]
    return opening + ", ".join([*(shown(each, depth + 1) for each in first), *_rest(len(value), len(first))]) + closing


def _rest(whole: int, shown_ones: int) -> list[str]:
    return [f"… ({whole} in all)"] if whole > shown_ones else []


def without_named_secrets(text: str, *, literals_only: bool = False) -> str:
    """`literals_only` is for source, where other values are code."""

    parts, shown_to, at = [], 0, 0
    while match := NAME.search(text, at):
        at = match.end()
        value = VALUE.match(text, at) if is_secret(match["name"]) else None
        if value is None or (literals_only and value[0][-1] not in "'\""):
            continue
        parts += [text[shown_to:at], HIDDEN]
        shown_to = at = value.end()
    return "".join([*parts, text[shown_to:]])


class Values:
    """Shows values as long as there is room on the page."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._room = ROOM

    def show(self, name: str, value: object) -> str:
        if is_secret(name):
            return HIDDEN
        if self._room <= 0:
            return "(left out: there is no more room on the page)"
        text = self._secrets.hide(shown(value))
        self._room -= len(text)
        return text


class Secrets:
    """Values that stand nowhere on the page, wherever they come from."""

    LEAST = 6
    """Shorter ones stand in too many words that are none."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def learn(self, value: object) -> None:
        if isinstance(value, bytes):
            value = value.decode(errors="replace")
        if isinstance(value, str) and len(value) >= self.LEAST:
            self._known |= {value, repr(value)[1:-1]}

    def learn_headers(self, headers: Iterable[tuple[str, str]]) -> None:
        for name, value in headers:
            if is_secret(name):
                for each in _parts(name.lower(), value):
                    self.learn(each)

    def learn_mapping(self, values: Mapping[str, object]) -> None:
        for name, value in values.items():
            if is_secret(name):
                self.learn(value)

    def hide(self, text: str) -> str:
        for secret in sorted(self._known, key=len, reverse=True):
            text = text.replace(secret, HIDDEN)
        return text


def _parts(name: str, value: str) -> Iterator[str]:
    """A header's value, and what in it is a secret of its own."""
    yield value
    if name == "cookie":
        yield from (cookie.partition("=")[2].strip().strip('"') for cookie in value.split(";"))
    scheme, _, rest = value.partition(" ")
    yield rest.strip()
    if scheme.lower() == "basic":
        try:
            yield b64decode(rest).decode(errors="replace").partition(":")[2]
        except Error:
            return
