"""A fake request: the handler's view, and a record of what it did."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType, SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from ..records.field import fill
from ..records.headers import a_token
from ..records.request import RequestRecord
from .body import FakeBodies
from .connection import FakeConnection
from .elsewhere import Elsewhere
from .native import log
from .server import FakeServer

if TYPE_CHECKING:
    from _pyhook import Level

    Fake = Any
else:
    Fake = object


class FakeRequest(FakeBodies, RequestRecord, Elsewhere, Fake):  # type: ignore[misc]
    """Fake of `pyhook.Request`, made from what a client would send.

    `uri` is the request target with its query; `headers`, `body` (bytes) and `user` are the client's. `place` is the
    URL of the section that names the handler, which `path_below` leaves out; `options` are the `PyHookOption`s there.
    `main`, `prev`, `connection` and `server` are none or new fakes by default. `subrequests` maps a URI or path to the
    request that a look-up returns, `expressions` an `ap_expr` to its value, `ssl_vars` the names of mod_ssl variables
    to their values. Any other field is given by its name: `FakeRequest(filename="/srv/a")`.

    What the handler did is in `response_body`, `logged`, `interim_responses`, `custom_responses`, `allowed_methods`,
    `redirected_to`, `input_filters` and `output_filters`. `end()` ends the request as httpd does.
    """

    _RECORDS = frozenset(
        ("logged", "interim_responses", "custom_responses", "allowed_methods")
        + ("redirected_to", "input_filters", "output_filters")
    )

    def __init__(
        self,
        method: str = "GET",
        uri: str = "/",
        *,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
        body: bytes = b"",
        user: str | None = None,
        place: str = "",
        options: Mapping[str, str] | None = None,
        connection: FakeConnection | None = None,
        server: FakeServer | None = None,
        subrequests: Mapping[str, FakeRequest] | None = None,
        expressions: Mapping[str, bool | str] | None = None,
        ssl_vars: Mapping[str, str] | None = None,
        **fields: Any,
    ) -> None:
        self._place = place.rstrip("/")
        self._ended = self._complete = self._looked_up = self._has_run = False
        self._cleanups: list[tuple[Callable[..., object], tuple[Any, ...]]] = []
        self._input, self._output = io.BytesIO(body), bytearray()
        self._server = server or FakeServer()
        self._connection = connection or FakeConnection(server=self._server)
        self._options, self._state = MappingProxyType(dict(options or {})), SimpleNamespace()
        self._tables = self._new_tables()
        self._subrequests, self._expressions = dict(subrequests or {}), dict(expressions or {})
        self._ssl_vars = dict(ssl_vars or {})
        for name, value in headers.items() if isinstance(headers, Mapping) else headers:
            self._tables["headers_in"].add(name, value)
        path, question, query = uri.partition("?")
        fill(
            self,
            {
                "the_request": f"{method} {uri} {fields.get('protocol', 'HTTP/1.1')}",
                "method": method,
                "unparsed_uri": uri,
                "uri": unquote_to_bytes(path).decode("utf-8", "surrogateescape"),
                "args": query if question else None,
                "hostname": self._tables["headers_in"].get("Host", "").partition(":")[0] or None,
                "header_only": method == "HEAD",
                "range": self._tables["headers_in"].get("Range"),
                "user": user,
                "content_languages": [],
                "request_time": time.time(),
                "useragent_ip": self._connection.client_ip,
                "useragent_port": self._connection.client_port,
                **fields,
            },
        )
        self.logged: list[tuple[str, str]] = []
        self.interim_responses: list[int] = []
        self.custom_responses: dict[int, str] = {}
        self.allowed_methods: list[str] = []
        self.redirected_to: str | None = None
        self.input_filters: list[str] = []
        self.output_filters: list[str] = []

    def end(self) -> None:
        """End the request as httpd does: run the cleanups, the last added first; every later access raises
        `RequestEnded`.
        """
        self._end()

    @property
    def _local_ip(self) -> str:
        return self._connection.local_ip

    @property
    def connection(self) -> FakeConnection:
        """The connection it came on."""
        self._check()
        return self._connection

    @property
    def server(self) -> FakeServer:
        """The virtual host that serves it."""
        self._check()
        return self._server

    def send_interim_response(self, status: int) -> None:
        """Record it in `interim_responses`. Raises `ValueError` unless it is 102 to 199, `RuntimeError` after the first
        output.
        """
        self._check_incomplete()
        if not 102 <= status <= 199:
            raise ValueError(f"{status} is no interim status (102 to 199)")
        if self._output:
            raise RuntimeError("the response has begun: an interim one comes before it")
        self.headers_out.clear()
        self.interim_responses.append(status)

    def custom_response(self, status: int, text: str) -> None:
        """Record it in `custom_responses`. Raises `ValueError` unless it is 300 to 599."""
        self._check()
        if not 300 <= status <= 599:
            raise ValueError(f"{status} is no status of an error (300 to 599)")
        self.custom_responses[status] = text

    def allow_methods(self, methods: Iterable[str], replace: bool = False) -> None:
        """Record them in `allowed_methods`. Raises `ValueError` for a name that is no token."""
        self._check()
        if isinstance(methods, str):
            raise TypeError("expected a list of str, not a str")
        methods = list(methods)
        for method in methods:
            a_token(method, "a method's name")
        kept = [] if replace else self.allowed_methods
        self.allowed_methods = list(dict.fromkeys([*kept, *methods]))

    def add_input_filter(self, name: str) -> None:
        """Record it in `input_filters`."""
        self._check()
        self.input_filters.append(name)

    def add_output_filter(self, name: str) -> None:
        """Record it in `output_filters`."""
        self._check()
        self.output_filters.append(name)

    def expr(self, expression: str) -> bool:
        """Return the value in `expressions`; raise `LookupError` for one that the test did not foresee."""
        return bool(self._expression(expression))

    def expr_string(self, expression: str) -> str:
        """Return the value in `expressions`; raise `LookupError` for one that the test did not foresee."""
        return str(self._expression(expression))

    def _expression(self, expression: str) -> bool | str:
        self._check()
        if expression not in self._expressions:
            raise LookupError(f"give FakeRequest(expressions={{{expression!r}: …}}); only httpd can evaluate it")
        return self._expressions[expression]

    def ssl_var(self, name: str) -> str | None:
        """Return the value in `ssl_vars`."""
        self._check()
        return self._ssl_vars.get(name)

    def log(self, message: str, level: Level = "info") -> None:
        """Do what `pyhook.log` does, and record (level, message) in `logged`."""
        self._check()
        log(message, level)
        self.logged.append((level, message))
