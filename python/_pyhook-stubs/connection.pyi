from types import SimpleNamespace
from typing import Literal, final

from . import Level
from .headers import Headers
from .server import Server

@final
class Connection:
    """A client's connection (httpd's conn_rec)."""

    @property
    def ended(self) -> bool:
        """True once the connection has ended; never raises."""
    @property
    def id(self) -> int:
        """Unique among the server's open connections."""
    @property
    def server(self) -> Server:
        """The server that accepted it, before any virtual host was chosen."""
    @property
    def client_ip(self) -> str:
        """The address of the peer."""
    @property
    def client_port(self) -> int:
        """The port of the peer."""
    @property
    def local_ip(self) -> str:
        """The address the client connected to."""
    @property
    def local_port(self) -> int:
        """The port the client connected to."""
    @property
    def remote_host(self) -> str | None:
        """The peer's host name if HostnameLookups found one (str | None)."""
    @property
    def aborted(self) -> bool:
        """True once the client is known to have gone."""
    @property
    def keepalive(self) -> Literal["unknown", "close", "keepalive"]:
        """Whether the connection stays open: 'unknown', 'close' or 'keepalive'. Writable."""
    @keepalive.setter
    def keepalive(self, value: Literal["unknown", "close", "keepalive"], /) -> None: ...
    @property
    def keepalives(self) -> int:
        """How many requests it has served before."""
    @property
    def notes(self) -> Headers:
        """Notes between modules, for the connection's life (Headers)."""
    @property
    def log_id(self) -> str | None:
        """The error log's id of the connection (str | None)."""
    @property
    def is_https(self) -> bool:
        """True under TLS."""
    @property
    def master(self) -> Connection | None:
        """Under HTTP/2 the client's own connection, otherwise None."""
    @property
    def state(self) -> SimpleNamespace:
        """A namespace that lives with the connection."""
    def recv(self, size: int, timeout: float | None = None) -> bytes:
        """What has come, up to `size` bytes; b'' at the end."""
    def read(self, size: int, timeout: float | None = None) -> bytes:
        """Exactly `size` bytes; fewer only at the end."""
    def readline(self, limit: int = 8192, timeout: float | None = None) -> bytes:
        """A line with its b'\\n'; without it if it is longer than `limit`, or at the end."""
    def write(self, data: bytes | bytearray | memoryview | str) -> None:
        """Send bytes, or a str as UTF-8; at the latest before the next read."""
    def flush(self) -> None:
        """Send now what has been written."""
    def ssl_var(self, name: str) -> str | None:
        """A variable of the TLS module (SSL_PROTOCOL, …), or None."""
    def log(self, message: str, level: Level = "info") -> None:
        """Write to the error log, with the client's address."""
    def add_input_filter(self, name: str) -> None:
        """Add a connection filter to what the client sends, unless it is there."""
    def add_output_filter(self, name: str) -> None:
        """Add a connection filter to what the client gets, unless it is there."""
