"""`req`, the request object that handlers see: a view of `pyhook.Request`, which is `req.pyhook`."""

from __future__ import annotations

from types import MappingProxyType

from .asking import Latin1Request, ask, latin1, native
from .connections import mp_conn
from .constants import METHODS, OK, REMOTE_DOUBLE_REV, REMOTE_HOST, REMOTE_NAME
from .finfo import found, mp_finfo
from .members import Asked, Member, Number, Table, Truth, texts
from .servers import level_of, server_of, text_of
from .settings import Handler, Plan, Settings, extension_of, settings_from
from .tables import mp_table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, TypeVar

    from _pyhook import Request

    Data = TypeVar("Data", bytes, list[bytes])

    from .locks import Held
    from .running import Run

ADDED_NOTE = "mod_python:added"
"""The note by which the httpd module knows that a handler has added handlers."""


class mp_request(Latin1Request):  # noqa: N801
    """A request: `request_rec`. It takes any attribute, which lives as long as the request."""

    # What most requests do not need is made when it is needed: these stand for nothing.
    _now: Plan | Run | None = None
    _added: Mapping[str, list[Handler]] = MappingProxyType({})
    _filters: Mapping[tuple[bool, str], Handler] = MappingProxyType({})
    _held_locks: Held | None = None

    def _own(self, name: str, make: Callable[[], Any]) -> Any:
        """Give a part that is made at its first use."""
        own = self.__dict__
        if name not in own:
            own[name] = make()
        return own[name]

    proto_num, header_only, bytes_sent = (Number() for _ in "123")
    status = Number(writable=True)
    proxyreq = Number(writable=True)
    no_cache, no_local_copy = Truth(writable=True), Truth(writable=True)
    request_time = Member()
    mtime = Member(writable=True)
    allowed, clength, eos_sent, expecting_100, method_number = (Asked() for _ in "12345")
    read_body, read_chunked, read_length, remaining, sent_bodyct = (Asked() for _ in "12345")
    assbackwards, chunked, used_path_info = (Asked(writable=True) for _ in "123")

    @property
    def finfo(self) -> mp_finfo:
        """What is known of the file. Give what `apache.stat` says of another one."""
        return self.__dict__.get("_finfo") or found(self.filename)

    @finfo.setter
    def finfo(self, value: mp_finfo) -> None:
        ask("mod_python.text", self.pyhook, f"stat={native(value.fname)}")
        self.__dict__["_finfo"] = value

    headers_in, headers_out, err_headers_out, subprocess_env, notes = (Table() for _ in "12345")

    connection = property(lambda self: mp_conn(self.pyhook.connection))
    server: Any = property(lambda self: server_of(self.pyhook.server))
    next = property(lambda self: request_or_none(self.pyhook.next))
    prev = property(lambda self: request_or_none(self.pyhook.prev))
    main = property(lambda self: request_or_none(self.pyhook.main))
    content_languages = property(lambda self: tuple(latin1(one) for one in self.pyhook.content_languages))
    useragent_addr = property(lambda self: (self.pyhook.useragent_ip, self.pyhook.useragent_port))
    vlist_validator = property(lambda self: ask("mod_python.text", self.pyhook, "vlist_validator"))
    allowed_methods = property(lambda self: texts(self, "allowed_methods"))

    @property
    def allowed_xmethods(self) -> tuple[str, ...]:
        """Those of the allowed methods that httpd has no number for."""
        return tuple(method for method in self.allowed_methods if method not in METHODS)

    @property
    def parsed_uri(self) -> tuple[Any, ...]:
        """The parts of the URI, by the numbers that `apache` calls URI_…"""
        parts: list[Any] = [part[1:] if part else None for part in texts(self, "parsed_uri")]
        parts[5] = int(parts[5]) if parts[5] else None
        return tuple(parts)

    # What runs

    phase = property(lambda self: self._now.phase if self._now else None)

    @property
    def hlist(self) -> Any:
        """What runs, with the handler that does."""
        from .running import run_of

        return run_of(self)

    @property
    def extension(self) -> str | None:
        """The extension of the file, if it has chosen the handler that runs."""
        handler = self._now.now() if self._now else None
        return extension_of(self.filename) if handler is not None and handler.extensions else None

    @property
    def interpreter(self) -> str:
        """The name of the interpreter, by mod_python's rules."""
        if self._now:
            return self._now.interpreter or str(self.hlist.interpreter)
        return self._settings().interpreter_for(self.pyhook.server.hostname, None, self.filename)

    def add_handler(self, htype: str, handler: str, dir: str | None = None) -> None:
        """Add a handler to a phase of this request: `module::object`, looked up in `dir`. Raises `ValueError`."""
        from .running import add_handler

        add_handler(self, htype, handler, dir)

    def get_config(self) -> mp_table:
        """Give the directives in force, but for handlers and options."""
        return mp_table(self._settings().directives)

    def get_options(self) -> mp_table:
        """Give the options in force."""
        known: mp_table | None = self.__dict__.get("_options")
        if known is None or self.__dict__["_options_of"] is not self._settings():
            self.__dict__["_options_of"] = self._settings()
            known = self.__dict__["_options"] = mp_table(self._settings().options)
        return known

    def _settings(self) -> Settings:
        """Give those of the handler that runs, or else of the location."""
        return self._now.settings if self._now else settings_from(ask("mod_python.settings", self.pyhook) or "")

    # The body

    def read(self, length: int = -1) -> bytes:
        """Read `length` bytes of the body at most, all by default. Raises `OSError`."""
        return reading(self.pyhook.read, length)

    def readline(self, length: int = -1) -> bytes:
        """Read a line, or `length` bytes of it. Raises `OSError`."""
        return reading(self.pyhook.readline, length)

    def readlines(self, sizehint: int = -1) -> list[bytes]:
        """Read lines until `sizehint` bytes are reached. Raises `OSError`."""
        return reading(self.pyhook.readlines, sizehint)

    def discard_request_body(self) -> int:
        """Read the body and throw it away. Gives `apache.OK`."""
        self.pyhook.discard_request_body()
        return OK

    # The response

    def sendfile(self, path: str, offset: int = 0, len: int = -1) -> int:
        """Send a file or a part of it; gives the number of bytes. Raises `OSError`."""
        return self.pyhook.sendfile(path, offset, len)

    def send_http_header(self) -> None:
        """Do nothing: httpd sends the headers before the first piece of the body."""

    def set_content_length(self, len: int) -> None:
        """Set Content-Length."""
        self.pyhook.set_content_length(len)

    def set_etag(self) -> None:
        """Set ETag."""
        self.pyhook.set_etag()

    def set_last_modified(self) -> None:
        """Set Last-Modified to `mtime`."""
        self.pyhook.set_last_modified()

    def update_mtime(self, dependency_mtime: float) -> None:
        """Set `mtime` if this is later."""
        if dependency_mtime > self.mtime:
            self.mtime = dependency_mtime

    def meets_conditions(self) -> int:
        """Give `apache.OK`, or the status that If-Match and its like ask for."""
        return self.pyhook.meets_conditions()

    def allow_methods(self, methods: Sequence[str], reset: int = 0) -> None:
        """Add to the methods of the Allow header."""
        self.pyhook.allow_methods(list(methods), bool(reset))

    def internal_redirect(self, new_uri: str) -> None:
        """Answer with another URL of this server."""
        self.pyhook.internal_redirect(native(new_uri))

    # Who asks

    def get_basic_auth_pw(self) -> str | None:
        """Give the password of a Basic login and set `user`, or give None."""
        password = self.pyhook.basic_auth_password
        if password is None:
            return None
        self.pyhook.user = self.pyhook.basic_auth_user
        self.pyhook.auth_type = "Basic"
        return latin1(password)

    def auth_name(self) -> str | None:
        """Give AuthName."""
        return text_of(self.pyhook.auth_name)

    def auth_type(self) -> str | None:
        """Give AuthType."""
        return text_of(ask("mod_python.text", self.pyhook, "auth_type"))

    def requires(self) -> tuple[str, ...]:
        """Give nothing: httpd 2.4 does not tell what Require lines say."""
        return ()

    def get_remote_host(self, type: int = REMOTE_NAME, str_is_ip: object = None) -> Any:
        """Give the client's name or address, as `apache.REMOTE_…` asks; with `str_is_ip`, and whether it is an address."""
        name = text_of(self.pyhook.remote_host)
        if name is None and type not in (REMOTE_HOST, REMOTE_DOUBLE_REV):
            name = self.pyhook.useragent_ip
        if str_is_ip is None or name is None:
            return name
        return name, int(name == self.pyhook.useragent_ip)

    # httpd's machinery

    def document_root(self) -> str | None:
        """Give DocumentRoot."""
        return text_of(self.pyhook.document_root)

    def construct_url(self, uri: str) -> str:
        """Give the absolute URL of a path of this server."""
        return latin1(self.pyhook.construct_url(native(uri)))

    def is_https(self) -> int:
        """Is the connection encrypted?"""
        return int(self.pyhook.is_https)

    def ssl_var_lookup(self, var_name: str) -> str | None:
        """Give a variable of the TLS module."""
        return text_of(self.pyhook.ssl_var(var_name))

    def add_common_vars(self) -> None:
        """Fill `subprocess_env` with the server's variables."""
        self.pyhook.add_common_vars()

    def add_cgi_vars(self) -> None:
        """Fill `subprocess_env` with the request's variables."""
        self.pyhook.add_common_vars()
        self.pyhook.add_cgi_vars()

    def log_error(self, message: object, level: int | None = None) -> None:
        """Write to the error log as part of this request."""
        self.pyhook.log(native(message), level_of(level))

    def register_cleanup(self, callable: Callable[[Any], object], data: object = None) -> None:
        """Call `callable(data)` when the request ends. The last one is called first."""
        cleanups: Cleanups = self._own("_cleanups", lambda: Cleanups(self))
        cleanups.early.append((callable, data))

    def register_input_filter(self, filter_name: str, filter: str, dir: str | None = None) -> None:
        """Name a filter that `add_input_filter` adds to this request."""
        self._own("_filters", dict)[True, filter_name.lower()] = Handler("PythonInputFilter", filter, dir or "")

    def register_output_filter(self, filter_name: str, filter: str, dir: str | None = None) -> None:
        """Name a filter that `add_output_filter` adds to this request."""
        self._own("_filters", dict)[False, filter_name.lower()] = Handler("PythonOutputFilter", filter, dir or "")

    def add_input_filter(self, filter_name: str) -> None:
        """Add a filter to what is read."""
        self._add_filter(True, filter_name, self.pyhook.add_input_filter)

    def add_output_filter(self, filter_name: str) -> None:
        """Add a filter to the response."""
        self._add_filter(False, filter_name, self.pyhook.add_output_filter)

    def _add_filter(self, is_input: bool, name: str, add: Callable[[str], None]) -> None:
        """Add a filter of httpd's, or one of a few that are there for names that only this request knows."""
        handler = self._filters.get((is_input, name.lower()))
        if handler is None:
            return add(name)
        known: list[Handler] = self._own("_dynamic_input" if is_input else "_dynamic_output", list)
        known.append(handler)
        add(f"mod_python.dynamic.{len(known)}")


mp_request.__module__ = "builtins"


class Cleanups:
    """What runs when a request ends: first what handlers have registered, then PythonCleanupHandler."""

    def __init__(self, req: mp_request) -> None:
        self._req = req
        self.early: list[tuple[Callable[[Any], object], object]] = []
        self.late: list[Callable[[], object]] = []
        req.pyhook.add_cleanup(self.run)

    def run(self) -> None:
        """Run all. What one raises is logged, and the others follow."""
        from .running import log_exception

        while self.early:
            callable, data = self.early.pop()
            try:
                callable(data)
            except Exception:
                log_exception(self._req)
        for cleanup in self.late:
            cleanup()


def reading(read: Callable[[int], Data], size: int) -> Data:
    """Read the body, with the exception that mod_python raises."""
    from pyhook import BodyError

    try:
        return read(size)
    except BodyError as error:
        raise OSError(str(error)) from error


def request_of(request: Request) -> mp_request:
    """Give the one view of a request, which lives as long as it."""
    return mp_request(request)


def request_or_none(request: Request | None) -> mp_request | None:
    """Give the view of a request that may be missing."""
    return None if request is None else request_of(request)


