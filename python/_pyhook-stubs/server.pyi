from collections.abc import Mapping
from typing import final

from . import Level

@final
class Server:
    """A server of the configuration (httpd's server_rec)."""

    @property
    def hostname(self) -> str | None:
        """ServerName (str | None)."""
    @property
    def port(self) -> int:
        """The port of ServerName, for URLs that point to the server; 0 when not set."""
    @property
    def scheme(self) -> str | None:
        """The scheme of ServerName (str | None)."""
    @property
    def admin(self) -> str | None:
        """ServerAdmin (str | None)."""
    @property
    def is_virtual(self) -> bool:
        """True for a virtual host."""
    @property
    def defn_name(self) -> str | None:
        """The configuration file that defines the server (str | None)."""
    @property
    def defn_line_number(self) -> int:
        """The line in that file."""
    @property
    def error_log(self) -> str | None:
        """ErrorLog (str | None)."""
    @property
    def log_level(self) -> Level:
        """LogLevel in force for pyhook, as a name."""
    @property
    def timeout(self) -> float:
        """TimeOut in seconds."""
    @property
    def keep_alive(self) -> bool:
        """KeepAlive."""
    @property
    def keep_alive_timeout(self) -> float:
        """KeepAliveTimeout in seconds."""
    @property
    def keep_alive_max(self) -> int:
        """MaxKeepAliveRequests."""
    @property
    def path(self) -> str:
        """ServerPath; empty when not set."""
    @property
    def names(self) -> list[str]:
        """ServerAlias names without wildcards."""
    @property
    def wild_names(self) -> list[str]:
        """ServerAlias names with wildcards."""
    @property
    def limit_req_line(self) -> int:
        """LimitRequestLine in bytes."""
    @property
    def limit_req_fieldsize(self) -> int:
        """LimitRequestFieldSize in bytes."""
    @property
    def limit_req_fields(self) -> int:
        """LimitRequestFields."""
    @property
    def next(self) -> Server | None:
        """The next server of the configuration, or None."""
    @property
    def options(self) -> Mapping[str, str]:
        """PyHookOption values of the server itself, read-only."""
    def log(self, message: str, level: Level = "info") -> None:
        """Write to this server's error log."""
