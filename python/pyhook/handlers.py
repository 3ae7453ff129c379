"""The types of the callables that mod_pyhook calls, for annotations and type checkers.

Import it under `if TYPE_CHECKING:` in a handler module: nothing here is needed at run time.
"""

from __future__ import annotations

from collections.abc import Awaitable, Generator, Iterator, Sequence
from typing import Any, Literal, Protocol, TypeAlias
from wsgiref.types import WSGIApplication

from ._native import Filter, Request, Worker
from .websocket import WebSocket

__all__ = [
    "Answer",
    "AuthnProvider",
    "AuthzProvider",
    "BalancerMethod",
    "Body",
    "ChunkFilter",
    "ClassFilter",
    "ContentHandler",
    "Filter",
    "FilterStream",
    "Phase",
    "RequestHandler",
    "RewriteMap",
    "StreamFilter",
    "WSGIApplication",
    "WebSocketHandler",
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
    "note_auth_failure",
    "check_authz",
    "type_checker",
    "fixups",
    "insert_filter",
    "insert_error_filter",
    "handler",
    "log_transaction",
]
"""httpd's phases of a request, in the order in which a request passes them."""

Answer: TypeAlias = int | None
"""`OK`, `DECLINED`, `DONE`, an HTTP status, or None for "nothing to say"."""

Body: TypeAlias = bytes | str | Iterator[bytes | str]
"""A whole body, or an iterator of its pieces; text is sent as UTF-8."""

FilterStream: TypeAlias = Generator[bytes | str | None, bytes | None, None]
"""Returned by a filter's generator function: it receives chunks, and None at the end; it yields output, or None for
nothing.
"""


class RequestHandler(Protocol):
    """A callable for any request phase except `handler` (`PyHookFixups`, `PyHookCheckAuthn`…)."""

    def __call__(self, req: Request, /) -> Answer: ...


class ContentHandler(Protocol):
    """A callable for the `handler` phase (`PyHookHandler`): makes the response, by `req.write` or by returning the
    body.
    """

    def __call__(self, req: Request, /) -> Answer | Body: ...


class WebSocketHandler(Protocol):
    """A coroutine function that serves WebSockets (`PyHookWebSocket`).

    It accepts, or raises `HTTPError`, or returns a status from 300 to 599.
    """

    def __call__(self, ws: WebSocket, /) -> Awaitable[int | None]: ...


class StreamFilter(Protocol):
    """A streaming filter (`PyHookOutputFilter`, `PyHookInputFilter`), a generator function.

        def upper(f: Filter) -> FilterStream:
            chunk = yield None
            while chunk is not None:
                chunk = yield chunk.upper()

    Response headers may change until the first output. If the function returns before the end, the current chunk and
    the rest pass unchanged.
    """

    def __call__(self, f: Filter, /) -> FilterStream: ...


class ChunkFilter(Protocol):
    """A filter without state: returns what goes on in place of each chunk."""

    def __call__(self, chunk: bytes, /) -> bytes | str | None: ...


class ClassFilter(Protocol):
    """A filter as a class: each stream gets its own instance, made without arguments.

    The class may also have `start(f: Filter)`, called first; `finish() -> bytes | str | None`, called at the end of the
    stream; and `close()`, which is always called last.
    """

    def __call__(self, chunk: bytes, /) -> bytes | str | None: ...


class AuthnProvider(Protocol):
    """Checks a password for `AuthBasicProvider` (`PyHookAuthnProvider`).

    True: it is right. False: it is wrong. None: this provider does not know the user, ask the next one. A `str` is the
    user's password in a form that `htpasswd` writes: httpd compares it.
    """

    def __call__(self, req: Request, user: str, password: str, /) -> bool | str | None: ...


class AuthzProvider(Protocol):
    """Decides a `Require NAME args` line (`PyHookAuthzProvider`); only True grants access.

    `args` is the rest of the line, or the result of the provider's parser.
    """

    def __call__(self, req: Request, args: Any, /) -> bool: ...


class RewriteMap(Protocol):
    """Looks up a key for mod_rewrite (`PyHookRewriteMap`); None: there is no value."""

    def __call__(self, req: Request, key: str, /) -> str | None: ...


class BalancerMethod(Protocol):
    """Chooses one of a balancer's workers for a request (`PyHookBalancerMethod`).

    None: the workers are chosen in turn, by their load factors.
    """

    def __call__(self, req: Request, workers: Sequence[Worker], /) -> Worker | None: ...
