"""The argument of a `PyHookErrorLog` callable."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from _pyhook import Level

    from ._native import Request, Server


class LogEntry(NamedTuple):
    """One entry of httpd's error log. In a unit test, make one: `LogEntry("disk full", level="crit")`.

    All fields but `request` are copies, which you may keep.
    """

    message: str
    """The text in the log without time, process and client. It begins with a code such as `AH00128` if there is one."""
    level: Level = "info"
    module: str | None = None
    """The module that logged, by its name in `LogLevel`: `core`, `ssl`, `pyhook`."""
    status: int = 0
    """The error number of the operating system or of APR that the message is about; 0 if none."""
    file: str | None = None
    """The source file that logged the message."""
    line: int = 0
    server: Server | None = None
    """The virtual host whose log it is."""
    client_ip: str | None = None
    log_id: str | None = None
    """The id of the request, or else of the connection, if it has one yet."""
    method: str | None = None
    uri: str | None = None
    """The request's `unparsed_uri`."""
    request: Request | None = None
    """The request that the message is about. It ends with the call at the latest."""
