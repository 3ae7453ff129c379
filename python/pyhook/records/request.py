"""The fields, tables and rules of a request that need no httpd."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

from ..errors import RequestEnded
from . import conditions, variables
from .body import RequestBody, ResponseBody
from .field import Field
from .headers import Headers, field_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _pyhook import FileType

text = (str, type(None))


def a_final_status(status: int) -> None:
    if not 200 <= status <= 599:
        raise ValueError(f"{status} is no status of a final response (200 to 599)")


def field_values(values: list[str]) -> None:
    for value in values:
        if not isinstance(value, str):
            raise TypeError(f"expected str, not {type(value).__name__}")
        field_value(value)


class RequestRecord(RequestBody, ResponseBody):
    """What a fake request and the request of a worker process have in common."""

    _RECORDS: frozenset[str] = frozenset()
    """Attributes that are no fields of httpd's and may be set."""

    _place: str
    _ended: bool
    _complete: bool
    _cleanups: list[tuple[Callable[..., object], tuple[Any, ...]]]
    _options: Mapping[str, str]
    _state: SimpleNamespace
    _tables: dict[str, Headers]

    the_request = Field[str](str, "")
    method = Field[str](str, "GET")
    unparsed_uri = Field[str](str, "/")
    uri = Field[str](str, "/", writable=True)
    args = Field["str | None"](text, None, writable=True, check=field_value)
    path_info = Field["str | None"](text, None, writable=True)
    protocol = Field[str](str, "HTTP/1.1")
    proto_num = Field[int](int, 1001)
    hostname = Field["str | None"](text, None)
    header_only = Field[bool](bool, False)
    range = Field["str | None"](text, None)
    filename = Field["str | None"](text, None, writable=True)
    canonical_filename = Field["str | None"](text, None)
    file_type = Field["FileType"](str, "none")
    file_size = Field[int](int, 0)
    document_root = Field["str | None"](text, None)
    context_prefix = Field["str | None"](text, None)
    context_document_root = Field["str | None"](text, None)
    handler = Field["str | None"](text, None, writable=True)
    proxyreq = Field[int](int, 0, writable=True)
    user = Field["str | None"](text, None, writable=True)
    auth_type = Field["str | None"](text, None, writable=True)
    auth_name = Field["str | None"](text, None)
    some_auth_required = Field[bool](bool, False)
    useragent_ip = Field[str](str, "127.0.0.1")
    useragent_port = Field[int](int, 49152)
    remote_host = Field["str | None"](text, None)
    status = Field[int](int, 200, writable=True, check=a_final_status)
    status_line = Field["str | None"](text, None, writable=True, check=field_value)
    content_type = Field["str | None"](text, None, writable=True, check=field_value)
    content_encoding = Field["str | None"](text, None, writable=True, check=field_value)
    content_languages = Field["list[str]"](list, [], writable=True, check=field_values)
    mtime = Field[float](float, 0.0, writable=True)
    no_cache = Field[bool](bool, False, writable=True)
    no_local_copy = Field[bool](bool, False, writable=True)
    bytes_sent = Field[int](int, 0)
    request_time = Field[float](float, 0.0)
    log_id = Field["str | None"](text, None)
    traceparent = Field["str | None"](text, None)
    phase = Field["str | None"](text, None)
    interpreter = Field[str](str, "main")
    is_https = Field[bool](bool, False)
    server_name = Field[str](str, "localhost")
    port = Field[int](int, 80)
    limit_request_body = Field[int](int, 0)
    next = Field["RequestRecord | None"](object, None)
    main = Field["RequestRecord | None"](object, None)
    prev = Field["RequestRecord | None"](object, None)

    def __setattr__(self, name: str, value: object) -> None:
        """Raise `AttributeError` for an unknown field, as in httpd: a handler's own data goes into `state`."""
        if not name.startswith("_") and name not in self._RECORDS and not hasattr(type(self), name):
            raise AttributeError(f"a request has no field {name!r}: what is yours goes into req.state, as in req.state.{name}")
        super().__setattr__(name, value)
        if name == "status":
            self._fields["status_line"] = None  # it belongs to another status

    def _check(self) -> None:
        if self._ended:
            raise RequestEnded

    def _check_incomplete(self) -> None:
        self._check()
        if self._complete:
            raise ConnectionAbortedError("the response is complete already")

    def _fill_environment(self, known: Mapping[str, str]) -> None:
        self.subprocess_env.update(known)

    def _new_tables(self) -> dict[str, Headers]:
        return {
            name: Headers(fields=on_the_wire, of=variables.of_responses.get(name), check=self._check)
            for name, on_the_wire in variables.tables.items()
        }

    def _send_whole(self, body: bytes) -> None:
        """Send a body of which all is known."""
        self.set_content_length(len(body))
        self.write(body)

    @property
    def _local_ip(self) -> str:
        """The address of the server."""
        raise NotImplementedError

    def _end(self) -> None:
        """End the request as httpd does: run the cleanups, the last added first."""
        try:
            while self._cleanups:
                cleanup, args = self._cleanups.pop()
                cleanup(*args)
        finally:
            self._ended = True

    @property
    def ended(self) -> bool:
        """Whether it has ended; the only member that never raises an exception."""
        return self._ended

    @property
    def path_below(self) -> str:
        """The part of `uri` below `place`."""
        is_below = self.uri == self._place or self.uri.startswith(self._place + "/")
        return self.uri[len(self._place) :] if is_below else self.uri

    @property
    def is_initial(self) -> bool:
        """Whether a client sent it: it is no sub-request and no internal redirect."""
        return self.main is None and self.prev is None

    @property
    def options(self) -> Mapping[str, str]:
        """The `PyHookOption`s of this section."""
        self._check()
        return self._options

    @property
    def state(self) -> SimpleNamespace:
        """Shared by all phases of the request."""
        self._check()
        return self._state

    def _table(self, name: str) -> Headers:
        self._check()
        return self._tables[name]

    @property
    def headers_in(self) -> Headers:
        """The client's headers."""
        return self._table("headers_in")

    @property
    def headers_out(self) -> Headers:
        """The headers of a successful response."""
        return self._table("headers_out")

    @property
    def err_headers_out(self) -> Headers:
        """The headers of every response, errors and redirects included."""
        return self._table("err_headers_out")

    @property
    def trailers_in(self) -> Headers:
        """Fields after the request body."""
        return self._table("trailers_in")

    @property
    def trailers_out(self) -> Headers:
        """Fields after the response body."""
        return self._table("trailers_out")

    @property
    def subprocess_env(self) -> Headers:
        """Environment variables of the request."""
        return self._table("subprocess_env")

    @property
    def notes(self) -> Headers:
        """Notes that modules leave for each other."""
        return self._table("notes")

    def _credentials(self) -> tuple[str | None, str | None]:
        scheme, _, encoded = self.headers_in.get("Authorization", "").partition(" ")
        try:
            user, colon, password = b64decode(encoded).decode("utf-8", "surrogateescape").partition(":")
        except ValueError:
            return None, None
        return (user, password) if scheme.lower() == "basic" and colon else (None, None)

    @property
    def basic_auth_user(self) -> str | None:
        """The user name of a Basic `Authorization` header."""
        return self._credentials()[0]

    @property
    def basic_auth_password(self) -> str | None:
        """The password of a Basic `Authorization` header."""
        return self._credentials()[1]

    def set_last_modified(self, mtime: float | None = None) -> None:
        """Set `Last-Modified` from `mtime`, seconds since 1970, if that is later than the field of that name."""
        if mtime is not None:
            self.mtime = max(mtime, self.mtime)
        self.headers_out["Last-Modified"] = conditions.http_date(self.mtime)

    def set_etag(self) -> None:
        """Set an `ETag` made of size and time."""
        self.headers_out["ETag"] = f'"{self.file_size:x}-{int(self.mtime * 1_000_000):x}"'

    def meets_conditions(self) -> int:
        """Return `OK`, 304 or 412."""
        return conditions.meets_conditions(self.method, self.headers_in, self.headers_out)

    def add_cleanup(self, callable: Callable[..., object], *args: Any) -> None:
        """Call it when the request ends."""
        self._check()
        self._cleanups.append((callable, args))

    def add_common_vars(self) -> None:
        """Fill `subprocess_env` with the variables of the server for CGI (RFC 3875 §4.1)."""
        self._fill_environment(variables.common(self))

    def add_cgi_vars(self) -> None:
        """Fill `subprocess_env` with the variables of the request for CGI."""
        self._fill_environment(variables.cgi(self))

    def construct_url(self, uri: str) -> str:
        """Return the absolute URL of a path on this server."""
        scheme, usual = ("https", 443) if self.is_https else ("http", 80)
        return f"{scheme}://{self.server_name}{'' if self.port == usual else f':{self.port}'}{uri}"

    def note_auth_failure(self) -> None:
        """Ask the client for credentials, in `err_headers_out`."""
        self.err_headers_out["WWW-Authenticate"] = f'{self.auth_type or "Basic"} realm="{self.auth_name or "private"}"'
