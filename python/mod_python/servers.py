"""The server objects that handlers see."""

from __future__ import annotations

from .asking import ask, latin1, native
from .constants import APLOG_ERR, APLOG_LEVELMASK
from .settings import Settings, settings_from
from .tables import mp_table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from _pyhook import Level, Server

LEVELS: tuple[Level, ...] = (
    "emerg", "alert", "crit", "error", "warn", "notice", "info", "debug",
    "trace1", "trace2", "trace3", "trace4", "trace5", "trace6", "trace7", "trace8",
)  # fmt: skip
"""The names of httpd's levels, by the numbers that `apache` calls APLOG_…"""


def level_of(number: int | None) -> Level:
    """Name a level; by default it is an error."""
    return LEVELS[(APLOG_ERR if number is None else number) & APLOG_LEVELMASK]


def text_of(text: str | None) -> str | None:
    """Read a text from httpd that may be missing."""
    return None if text is None else latin1(text)


class mp_server:  # noqa: N801
    """A server of the configuration: `server_rec`."""

    def __init__(self, server: Server) -> None:
        self.pyhook = server
        self._options: mp_table | None = None

    def _settings(self) -> Settings:
        return settings_from(ask("mod_python.settings", self.pyhook) or "")

    def get_config(self) -> mp_table:
        """Give the directives that stand outside all sections."""
        return mp_table(self._settings().directives)

    def get_options(self) -> mp_table:
        """Give the options that stand outside all sections. The table stays the same for the life of the process."""
        if self._options is None:
            self._options = mp_table(self._settings().options)
        return self._options

    def log_error(self, message: object, level: int | None = None) -> None:
        """Write to the server's error log."""
        self.pyhook.log(native(message), level_of(level))

    def register_cleanup(self, req: object, callable: Callable[[Any], object], data: object = None) -> None:
        """Call `callable(data)` when the child ends."""
        register_at_exit(callable, data)

    next = property(lambda self: None if self.pyhook.next is None else server_of(self.pyhook.next))
    defn_name = property(lambda self: text_of(self.pyhook.defn_name))
    defn_line_number = property(lambda self: self.pyhook.defn_line_number)
    server_admin = property(lambda self: text_of(self.pyhook.admin))
    server_hostname = property(lambda self: text_of(self.pyhook.hostname))
    port = property(lambda self: self.pyhook.port)
    error_fname = property(lambda self: text_of(self.pyhook.error_log))
    loglevel = property(lambda self: LEVELS.index(self.pyhook.log_level))
    is_virtual = property(lambda self: int(self.pyhook.is_virtual))
    timeout = property(lambda self: self.pyhook.timeout)
    keep_alive = property(lambda self: int(self.pyhook.keep_alive))
    keep_alive_timeout = property(lambda self: self.pyhook.keep_alive_timeout)
    keep_alive_max = property(lambda self: self.pyhook.keep_alive_max)
    path = property(lambda self: latin1(self.pyhook.path))
    pathlen = property(lambda self: len(self.path))
    names = property(lambda self: tuple(latin1(name) for name in self.pyhook.names))
    wild_names = property(lambda self: tuple(latin1(name) for name in self.pyhook.wild_names))
    limit_req_line = property(lambda self: self.pyhook.limit_req_line)
    limit_req_fieldsize = property(lambda self: self.pyhook.limit_req_fieldsize)
    limit_req_fields = property(lambda self: self.pyhook.limit_req_fields)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, mp_server) and self.pyhook == other.pyhook

    def __hash__(self) -> int:
        return hash(self.pyhook)


mp_server.__module__ = "builtins"

_servers: dict[Server, mp_server] = {}


def server_of(server: Server) -> mp_server:
    """Give the one object of a server."""
    known = _servers.get(server)
    return _servers.setdefault(server, mp_server(server)) if known is None else known


def register_at_exit(callable: Callable[[Any], object], data: object) -> None:
    """Call `callable(data)` when the child ends."""
    import atexit

    atexit.register(callable, data)
