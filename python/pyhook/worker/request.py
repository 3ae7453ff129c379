"""`pyhook.Request` in a worker process: what httpd has sent of its record, and what goes back."""

from __future__ import annotations

from contextvars import ContextVar
from threading import get_ident
from types import MappingProxyType, SimpleNamespace

from ..errors import RequestEnded
from ..records import variables
from ..records.body import body_bytes
from ..records.field import Field
from ..records.headers import Headers
from ..records.names import check_level, levels
from ..records.request import RequestRecord, text
from . import loading, streams

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
    from typing import Any, BinaryIO, Final, NoReturn

    from _pyhook import Level

    from .answer import Answer
    from .coroutine import Custody
    from .question import Question

VARIABLES: Final = frozenset(
    ("dont-log", "dont-vary", "force-gzip", "force-no-vary", "force-response-1.0", "gzip-only-text/html")
    + ("no-brotli", "no-cache", "no-gzip", "nokeepalive", "suppress-error-charset")
)
"""The variables that a process may set in httpd, as `mod_pyhook/processes/changes.cpp` has them."""

KEPT_NOTES: Final = ("alias-", "ap-", "dav_", "http_", "jwt", "mod_", "modsecurity", "proxy", "pyhook:", "rewrite-", "ssl-", "uds_")
"""How the names of notes begin that no process gets or makes, as `mod_pyhook/apache/module_notes.h` has them."""

SENT: Final = ("headers_out", "err_headers_out", "trailers_out", "notes", "subprocess_env")
"""The tables that a process may change in httpd."""

current: ContextVar[Request | None] = ContextVar("request", default=None)


def current_request() -> Request | None:
    """Return the request whose handler runs; None if none does."""
    return current.get()


def group_name() -> str:
    """Return the name of the processes."""
    return loading.group


def refuse(what: str) -> NoReturn:
    """Raise `RuntimeError` for what only a child of httpd can do."""
    raise RuntimeError(
        f"{what} works only in httpd's children, and this handler runs in the processes '{group_name()}': "
        "write PyHookRunIn main at its place"
    )


def _absent(name: str) -> Any:
    def method(self: Request, *args: object, **named: object) -> NoReturn:
        self._check()
        refuse(f"req.{name}()")

    method.__name__ = name
    method.__doc__ = "Raise `RuntimeError`: only a child of httpd can do it."
    return method


def _hidden(name: str) -> Any:
    def get(self: Request) -> NoReturn:
        self._check()
        refuse(f"req.{name}")

    return property(get, doc="Raise `RuntimeError`: only a child of httpd has it.")


def _linked(name: str) -> Any:
    def get(self: Request) -> None:
        if not self.is_initial:
            refuse(f"req.{name}")

    return property(get, doc="None for the client's own request. Raises `RuntimeError` for another one.")


class Request(RequestRecord):
    """A request that httpd has sent to this process (httpd's request_rec). Iterating gives the lines of its body."""

    uri = Field[str](str, "/")
    args = Field["str | None"](text, None)
    path_info = Field["str | None"](text, None)
    filename = Field["str | None"](text, None)
    handler = Field["str | None"](text, None)
    proxyreq = Field[int](int, 0)

    main = _linked("main")
    prev = _linked("prev")
    next = _linked("next")
    connection = _hidden("connection")
    server = _hidden("server")
    some_auth_required = _hidden("some_auth_required")

    internal_redirect = _absent("internal_redirect")
    lookup_uri = _absent("lookup_uri")
    lookup_file = _absent("lookup_file")
    run = _absent("run")
    destroy = _absent("destroy")
    add_input_filter = _absent("add_input_filter")
    add_output_filter = _absent("add_output_filter")
    send_interim_response = _absent("send_interim_response")
    custom_response = _absent("custom_response")
    allow_methods = _absent("allow_methods")
    expr = _absent("expr")
    expr_string = _absent("expr_string")
    ssl_var = _absent("ssl_var")

    def __init__(self, question: Question, answer: Answer, body: streams.Input) -> None:
        self._question, self._answer, self._body = question, answer, body
        self._ended = self._complete = False
        self._cleanups = []
        self._thread = get_ident()
        self._custody: Custody | None = None
        self._options, self._state = MappingProxyType(dict(question.tables["options"])), SimpleNamespace()
        self._fields = question.fields_of(type(self))
        self._fields.update(interpreter=group_name(), phase="handler")
        self._tables = {name: self._table_from(question, name) for name in variables.tables}

    def _table_from(self, question: Question, name: str) -> Headers:
        table = Headers(
            fields=variables.tables[name],
            of=variables.of_responses.get(name),
            check=self._check,
            may_change=_guard_notes(question.tables[name]) if name == "notes" else _guards.get(name),
        )
        table._rows.extend(question.tables[name])
        return table

    def _check(self) -> None:
        if self._ended:
            raise RequestEnded
        if get_ident() != self._thread and (self._custody is None or get_ident() not in streams.on_loop):
            raise RuntimeError("a request is used by the thread that serves it, and by no other")

    def _check_incomplete(self) -> None:
        super()._check_incomplete()
        self._answer.check_open()

    @property
    def path_below(self) -> str:
        """The part of `uri` below the place of the handler."""
        self._check()
        return self._question.path_below

    @property
    def is_initial(self) -> bool:
        """Whether a client sent it: it is no internal redirect."""
        self._check()
        return self._question.is_initial

    @property
    def _local_ip(self) -> str:
        return self._question.local_ip

    def _check_may_block(self, instead: str) -> None:
        if get_ident() != self._thread:
            raise RuntimeError(f"this would block the event loop: write await req.{instead}")

    def _readable(self) -> streams.Input:
        self._check()
        self._check_may_block("aread()")
        return self._body

    def _send(self, chunk: bytes) -> None:
        self._check_may_block("awrite(…)")
        self._answer.add(chunk)

    def _flush(self) -> None:
        self._check_may_block("awrite(…)")
        self._answer.flush()

    def _send_file(self, file: BinaryIO, offset: int, length: int) -> None:
        self._check_may_block("awrite(…)")
        self._answer.send_file(file.fileno(), offset, length)

    def _send_whole(self, body: bytes) -> None:
        self._check_incomplete()
        self._answer.add_last(body)
        self._count(len(body))

    def _on_loop(self) -> Custody:
        self._check()
        if self._custody is None or get_ident() == self._thread:
            raise RuntimeError("only a coroutine, of an async def, can await this")
        return self._custody

    def aread(self, size: int = -1) -> Awaitable[bytes]:
        """`read` for coroutines."""
        return self._on_loop().do(lambda: self._body.read(size))

    def aread1(self) -> Awaitable[bytes]:
        """Return the next bytes, for coroutines: at most 64 KB; b"" at the end."""
        return self._on_loop().do(lambda: self._body.read1(65536))

    def awrite(self, data: bytes | str) -> Awaitable[None]:
        """Send a piece of the body, for coroutines: it is on its way afterwards."""
        chunk = body_bytes(data)

        def write() -> None:
            self.write(chunk)
            self.flush()

        return self._on_loop().do(write)

    def __aiter__(self) -> AsyncIterator[bytes]:
        from ..loops import pieces_of

        self._check()
        return pieces_of(self)

    def _fill_environment(self, known: Mapping[str, str]) -> None:
        table = self._table("subprocess_env")
        rows = {name: (name, value) for name, value in table._rows}
        rows.update((name, (name, value)) for name, value in known.items())
        table._rows[:] = rows.values()

    def log(self, message: str, level: Level = "info") -> None:
        """Write to the error log as part of this request."""
        self._check()
        check_level(level)
        streams.log(levels.index(level), message)


def _guard_sent(name: str) -> None:
    refuse("changing what the client has sent")


def _guard_notes(given: list[tuple[str, str]]) -> Callable[[str], None]:
    before = {name.lower() for name, _ in given}

    def guard(name: str) -> None:
        if name.lower().startswith(KEPT_NOTES) or name.lower() in before:
            refuse(f"changing the note {name!r}")

    return guard


def _guard_environment(name: str) -> None:
    if name not in VARIABLES:
        raise ValueError(
            f"a process can't set {name!r} in httpd's environment, from which httpd may start programs: write a note instead. "
            f"It can set {', '.join(sorted(VARIABLES))}"
        )


_guards: dict[str, Callable[[str], None]] = {
    "headers_in": _guard_sent,
    "trailers_in": _guard_sent,
    "subprocess_env": _guard_environment,
}
