"""`mod_python.Cookie`: cookies (RFC 6265), plain, signed, and signed with any value that marshal knows."""

from __future__ import annotations

import base64
import hmac
import marshal
import re
import time

from . import apache
from .asking import latin1, native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, ClassVar, TypeVar

    from .requests import mp_request

    AnyCookie = TypeVar("AnyCookie", bound="Cookie")

KEPT_AS_GIVEN = {"path", "domain", "secure", "max_age", "httponly"}

FLAGS = {"secure", "discard", "httponly"}
"""Attributes that have no value."""

DOWNGRADE, IGNORE, EXCEPTION = 0, 1, 3
"""What `SignedCookie.parse` does with a cookie whose signature is wrong."""

_EXPIRES = re.compile(r"\w{3}, \d{2}-\w{3}-\d{2,4} \d{2}:\d{2}:\d{2} GMT")


def pairs_of(text: str) -> Iterator[tuple[str, str]]:
    """Take a Cookie header apart: pairs of name and value. A value in quotes may contain semicolons, and a comma may
    follow it.

    Clients choose the text, so each step goes on from where the one before has ended: no character is read twice.
    """
    at, semicolon, end, has_closing_quotes = 0, -1, len(text), True
    while at < end:
        semicolon = semicolon if semicolon >= at else found(text, ";", at, end)
        equals = text.find("=", at, semicolon)
        if equals < 0:
            at = semicolon + 1
            continue
        words = text[at:equals].replace(",", " ").split()
        at = equals + 1
        while text[at : at + 1].isspace():
            at += 1
        stop = semicolon
        if has_closing_quotes and text.startswith('"', at):
            closed = end_of_quoted(text, at)
            has_closing_quotes = closed > 0
            if has_closing_quotes:
                semicolon = semicolon if semicolon >= closed else found(text, ";", closed, end)
                stop = closed
        if words:
            yield words[-1], text[at:stop].rstrip()
        at = 1 + (semicolon if stop == semicolon else found(text, ",", stop, semicolon))


def found(text: str, mark: str, start: int, end: int) -> int:
    """Give the place of the mark, or the end."""
    at = text.find(mark, start, end)
    return end if at < 0 else at


def end_of_quoted(text: str, start: int) -> int:
    """Give the place behind the closing quote of the string that begins here, or -1."""
    at = start + 1
    while at < len(text) and text[at] != '"':
        at += 2 if text[at] == "\\" else 1
    return at + 1 if at < len(text) else -1


class CookieError(Exception):
    """The signature of a cookie is wrong."""


class Attribute:
    """An attribute of a cookie, which it has only if it was given. Each change makes another dict: copies of the cookie
    keep theirs.
    """

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, cookie: Any, owner: type | None = None) -> Any:
        if cookie is None:
            return self
        try:
            return cookie._attributes[self._name]
        except KeyError:
            raise AttributeError(self._name) from None

    def __set__(self, cookie: Any, value: Any) -> None:
        cookie._attributes = {**cookie._attributes, self._name: self.kept(value)}

    def __delete__(self, cookie: Any) -> None:
        self.__get__(cookie)
        cookie._attributes = {name: value for name, value in cookie._attributes.items() if name != self._name}

    def kept(self, value: Any) -> Any:
        """Make what is kept of what was given."""
        return value


class Expires(Attribute):
    """When the cookie expires: 'Wdy, DD-Mon-YYYY HH:MM:SS GMT'. Set to this, or to seconds since the epoch."""

    def kept(self, value: str | float) -> str:
        if not isinstance(value, str):
            return time.strftime("%a, %d-%b-%Y %H:%M:%S GMT", time.gmtime(value))
        if not _EXPIRES.fullmatch(value):
            raise ValueError(f"expires is 'Wdy, DD-Mon-YYYY HH:MM:SS GMT' or a number, not {value!r}")
        return value


class Cookie:
    """A cookie: `Cookie(name, value, path=…)`. Other attributes than those of a cookie are refused."""

    ATTRIBUTES: ClassVar[tuple[str, ...]] = (
        "version", "path", "domain", "secure", "comment", "expires", "max_age", "commentURL", "discard", "port",
        "httponly",
    )  # fmt: skip
    __slots__ = ("__data__", "_attributes", "name", "value")

    version, path, domain, secure, comment, max_age, commentURL, discard, port, httponly = (Attribute() for _ in "1234567890")
    expires = Expires()

    def __init__(self, name: str, value: Any, **attributes: Any) -> None:
        self.name = name
        self.value = value
        self.__data__: dict[Any, Any] = {}
        self._attributes: dict[str, Any] = {}
        is_own = type(self) in OWN
        for attribute, given in attributes.items():
            if is_own and attribute in KEPT_AS_GIVEN:
                self._attributes[attribute] = given
            elif attribute in self.ATTRIBUTES:
                setattr(self, attribute, given)
            else:
                raise AttributeError(f"a cookie has no attribute {attribute!r}")

    @classmethod
    def parse(cls: type[AnyCookie], text: str, **data: Any) -> dict[str, Any]:
        """Read a Cookie header: cookies by their names."""
        return {name: cls(name, value) for name, value in pairs_of(text) if not name.startswith("$")}

    def __str__(self) -> str:
        text = f"{self.name}={self.encoded()}"
        given = self._attributes
        if type(self) not in OWN or len(given) > 1:
            given = {name: getattr(self, name, None) for name in self.ATTRIBUTES}
        for name, value in given.items():
            if name in FLAGS:
                text += f"; {name}" if value else ""
            elif value is not None:
                text += f"; {name.replace('_', '-')}={value}"
        return text

    def encoded(self) -> str:
        """Give the value as it is sent."""
        return str(self.value)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self}>"


class SignedCookie(Cookie):
    """A cookie whose value carries a signature: HMAC-SHA256 of name and value, with a secret."""

    __slots__ = ("_secret",)

    def __init__(self, name: str, value: Any, secret: str | bytes | None = None, **attributes: Any) -> None:
        super().__init__(name, value, **attributes)
        self._secret = secret

    def encoded(self) -> str:
        """Give signature and value."""
        value = self.packed()
        return signature(self._secret, self.name, value) + value

    def packed(self) -> str:
        """Give the value as text."""
        return str(self.value)

    @classmethod
    def unpacked(cls, text: str) -> Any:
        """Make the value of a text whose signature is right."""
        return text

    @classmethod
    def parse(
        cls, text: str, secret: str | bytes | None = None, mismatch: int = DOWNGRADE, **data: Any
    ) -> dict[str, Any]:
        """Read a Cookie header. A cookie whose signature is wrong becomes a plain `Cookie`, or `mismatch` says what."""
        cookies: dict[str, Any] = {}
        for name, plain in Cookie.parse(text).items():
            signed, value = plain.value[:64], plain.value[64:]
            if hmac.compare_digest(signed.encode(), signature(secret, name, value).encode()):
                cookies[name] = cls(name, cls.unpacked(value), secret)
            elif mismatch == EXCEPTION:
                raise CookieError(f"the signature of cookie {name!r} is wrong")
            elif mismatch != IGNORE:
                cookies[name] = plain
        return cookies


class MarshalCookie(SignedCookie):
    """A signed cookie whose value is any object that marshal knows."""

    __slots__ = ()

    def packed(self) -> str:
        """Give the object in base64."""
        return base64.b64encode(marshal.dumps(self.value)).decode()

    @classmethod
    def unpacked(cls, text: str) -> Any:
        """Load the object, which this server has signed."""
        return marshal.loads(base64.b64decode(text))


OWN = {Cookie, SignedCookie, MarshalCookie}
"""The classes whose cookies have their attributes as they were given."""


def signature(secret: str | bytes | None, name: str, value: str) -> str:
    """Sign a name and a value. Raises `ValueError` without a secret."""
    if not secret:
        raise ValueError("a signed cookie needs a secret that is not empty")
    key = secret.encode() if isinstance(secret, str) else secret
    return hmac.new(key, f"{name}\0{value}".encode("utf-8", "surrogateescape"), "sha256").hexdigest()


def add_cookie(req: mp_request, cookie: Cookie | str, value: Any = "", **attributes: Any) -> None:
    """Set a cookie: a `Cookie`, or a name with a value and attributes."""
    send(req, str(cookie if isinstance(cookie, Cookie) else Cookie(cookie, value, **attributes)))


def send(req: mp_request, text: str) -> None:
    """Add the header of a cookie, and keep the response out of caches that would give it to others."""
    headers = req.pyhook.headers_out
    if "Set-Cookie" not in headers:
        headers.add("Cache-Control", 'no-cache="set-cookie"')
    headers.add("Set-Cookie", native(text))


def get_cookies(req: mp_request, Class: type[Cookie] = Cookie, **data: Any) -> dict[str, Any]:  # noqa: N803
    """Give the cookies of the request by their names."""
    headers = req.pyhook.headers_in.get_all("Cookie")
    if not headers and Class in OWN:
        return {}
    return Class.parse(latin1("; ".join(headers)), **data)


def get_cookie(req: mp_request, name: str, Class: type[Cookie] = Cookie, **data: Any) -> Any:  # noqa: N803
    """Give one cookie of the request, or None."""
    return get_cookies(req, Class, **data).get(name)


__all__ = ["Cookie", "CookieError", "MarshalCookie", "SignedCookie", "add_cookie", "apache", "get_cookie", "get_cookies"]
