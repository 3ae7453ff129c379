"""The connection objects that handlers see."""

from __future__ import annotations

from .asking import native
from .constants import AP_CONN_CLOSE, AP_CONN_KEEPALIVE, AP_CONN_UNKNOWN
from .servers import level_of, server_of, text_of
from .tables import mp_table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from _pyhook import Connection

KEEPALIVE: dict[str, int] = {"unknown": AP_CONN_UNKNOWN, "close": AP_CONN_CLOSE, "keepalive": AP_CONN_KEEPALIVE}


class mp_conn:  # noqa: N801
    """A client's connection: `conn_rec`."""

    def __init__(self, connection: Connection) -> None:
        self.pyhook = connection

    def log_error(self, message: object, level: int | None = None) -> None:
        """Write to the error log, with the client's address."""
        self.pyhook.log(native(message), level_of(level))

    def read(self, length: int = -1) -> bytes:
        """Read what has come, `length` bytes at most; with -1, all until the client closes. Only in a connection
        handler.
        """
        if length >= 0:
            return self.pyhook.recv(length)
        pieces = iter(lambda: self.pyhook.recv(65536), b"")
        return b"".join(pieces)

    def readline(self, length: int = 8192) -> bytes:
        """Read a line, or `length` bytes of it. Only in a connection handler."""
        return self.pyhook.readline(length)

    def write(self, data: str | bytes) -> None:
        """Send to the client. Only in a connection handler."""
        self.pyhook.write(data)
        self.pyhook.flush()

    base_server = property(lambda self: server_of(self.pyhook.server))
    local_addr = property(lambda self: (self.pyhook.local_ip, self.pyhook.local_port))
    local_ip = property(lambda self: self.pyhook.local_ip)
    client_addr = remote_addr = property(lambda self: (self.pyhook.client_ip, self.pyhook.client_port))
    client_ip = remote_ip = property(lambda self: self.pyhook.client_ip)
    remote_host = property(lambda self: text_of(self.pyhook.remote_host))
    aborted = property(lambda self: int(self.pyhook.aborted))
    keepalives = property(lambda self: self.pyhook.keepalives)
    id = property(lambda self: self.pyhook.id)
    notes = property(lambda self: mp_table.over(self.pyhook.notes))

    # httpd fills these only for modules that are no longer in use.
    remote_logname = None
    local_host = None
    double_reverse = 0

    @property
    def keepalive(self) -> int:
        """Whether the connection stays open: an `AP_CONN_` number."""
        return KEEPALIVE[self.pyhook.keepalive]

    @keepalive.setter
    def keepalive(self, value: int) -> None:
        names: dict[int, Literal["unknown", "close", "keepalive"]] = {0: "unknown", 1: "close", 2: "keepalive"}
        self.pyhook.keepalive = names[value]


mp_conn.__module__ = "builtins"
