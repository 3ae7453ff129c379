"""The shapes of the callables that mod_pyhook calls, for annotations and type checkers.

Import it under `if TYPE_CHECKING:` in a handler module: nothing here is needed at run time.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any, Literal, Protocol, TypeAlias
from wsgiref.types import WSGIApplication

from ._native import Request

__all__ = [
    "Answer",
    "AuthnProvider",
    "AuthzProvider",
    "Body",
    "ContentHandler",
    "Filter",
    "OutputFilter",
    "OutputStream",
    "Phase",
    "RequestHandler",
    "RewriteMap",
    "WSGIApplication",
]

Phase = Literal[
    "post_read_request",
    "quick_handler",
    "pre_translate_name",
    "translate_name",
    "map_to_storage",
    "post_perdir_config",
    "header_parser",
    "access_checker",
    "access_checker_ex",
    "check_authn",
    "check_authz",
    "type_checker",
    "fixups",
    "insert_filter",
    "handler",
    "log_transaction",
]
"""The request phases of httpd, in the order a request meets them."""

Answer: TypeAlias = int | None
"""`OK`, `DECLINED`, `DONE`, an HTTP status, or None for "nothing to say"."""

Body: TypeAlias = bytes | str | Iterator[bytes | str]
"""A whole body, or an iterator of its pieces; text is sent as UTF-8."""

OutputStream: TypeAlias = Generator[bytes | str | None, bytes | None, None]
"""What a filter's generator function returns: chunks in, None at the end of the stream; output, or None, out."""


class RequestHandler(Protocol):
    """Any request phase but `handler`: one callable per phase directive (`PyHookFixups`, `PyHookCheckAuthn`…)."""

    def __call__(self, req: Request, /) -> Answer: ...


class ContentHandler(Protocol):
    """The `handler` phase (`PyHookHandler`): makes the response, by `req.write` or by returning the body."""

    def __call__(self, req: Request, /) -> Answer | Body: ...


class Filter(Protocol):
    """What a filter is told about itself (`ap_filter_t`)."""

    @property
    def name(self) -> str:
        """The name the directive gave it, in upper case as httpd keeps it."""

    @property
    def req(self) -> Request:
        """The request whose body passes through."""


class OutputFilter(Protocol):
    """A streaming output filter (`PyHookOutputFilter`), a generator function.

        def upper(f: Filter) -> OutputStream:
            chunk = yield None
            while chunk is not None:
                chunk = yield chunk.upper()

    Response headers may change until the first output. Drop `Content-Length` before changing the length.
    """

    def __call__(self, f: Filter, /) -> OutputStream: ...


class AuthnProvider(Protocol):
    """Checks a password for `AuthBasicProvider` (`PyHookAuthnProvider`).

    True: it is right. False: it is wrong. None: this provider does not know the user, ask the next one. A `str` is the
    user's password as `htpasswd` writes it: httpd compares.
    """

    def __call__(self, req: Request, user: str, password: str, /) -> bool | str | None: ...


class AuthzProvider(Protocol):
    """Decides a `Require NAME args` line (`PyHookAuthzProvider`); only True grants.

    `args` is the rest of the line, or what the provider's parser made of it.
    """

    def __call__(self, req: Request, args: Any, /) -> bool: ...


class RewriteMap(Protocol):
    """Looks a key up for mod_rewrite (`PyHookRewriteMap`); None: there is no value."""

    def __call__(self, req: Request, key: str, /) -> str | None: ...
