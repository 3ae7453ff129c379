"""What a `PyHookErrorLog` callable gets."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from _pyhook import Level

    from ._native import Request, Server


class LogEntry(NamedTuple):
    """One entry of httpd's error log; a unit test makes its own: `LogEntry("disk full", level="crit")`.

    All but `request` are copies, which may be kept.
    """

    message: str
    """As it stands in the log, without time, process and client; a code such as `AH00128` first where there is one."""
    level: Level = "info"
    module: str | None = None
    """The module that logged, as `LogLevel` names it: `core`, `ssl`, `pyhook`."""
    status: int = 0
    """The error of the operating system or of APR that the message is about; 0 if none."""
    file: str | None = None
    """The source file that logged."""
    line: int = 0
    server: Server | None = None
    """The virtual host whose log it is."""
    client_ip: str | None = None
    log_id: str | None = None
    """The id of the request, or else of the connection, if it has one yet."""
    method: str | None = None
    uri: str | None = None
    """`unparsed_uri` of the request."""
    request: Request | None = None
    """The request that the message is about. It ends with the call, if not before."""
