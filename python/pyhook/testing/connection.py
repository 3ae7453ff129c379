"""A fake connection."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Literal

from ..errors import RequestEnded
from ..records.field import Field, fill
from ..records.headers import Headers
from .native import log
from .server import FakeServer

if TYPE_CHECKING:
    from _pyhook import Level

    Fake = Any
    KeepAlive = Literal["unknown", "close", "keepalive"]
else:
    Fake = object
    KeepAlive = str

text = (str, type(None))


def a_keepalive(value: str) -> None:
    if value not in ("unknown", "close", "keepalive"):
        raise ValueError("keepalive is 'unknown', 'close' or 'keepalive'")


class FakeConnection(Fake):  # type: ignore[misc]
    """Fake of `pyhook.Connection`; any field can be given by name: `FakeConnection(client_ip="192.0.2.7")`."""

    id = Field[int](int, 1)
    client_ip = Field[str](str, "127.0.0.1")
    client_port = Field[int](int, 49152)
    local_ip = Field[str](str, "127.0.0.1")
    local_port = Field[int](int, 80)
    remote_host = Field[str | None](text, None)
    aborted = Field[bool](bool, False)
    keepalive = Field[KeepAlive](str, "unknown", writable=True, check=a_keepalive)
    keepalives = Field[int](int, 0)
    log_id = Field[str | None](text, None)
    is_https = Field[bool](bool, False)

    def __init__(
        self,
        *,
        server: FakeServer | None = None,
        master: FakeConnection | None = None,
        ssl_vars: Mapping[str, str] | None = None,
        incoming: bytes = b"",
        **fields: Any,
    ) -> None:
        self._ended = False
        self._server, self._master, self._ssl_vars = server or FakeServer(), master, dict(ssl_vars or {})
        self._incoming, self.written = incoming, b""
        self.input_filters: list[str] = []
        self.output_filters: list[str] = []
        self._notes, self._state = Headers(fields=False, check=self._check), SimpleNamespace()
        fill(self, fields)

    def _check(self) -> None:
        if self._ended:
            raise RequestEnded("this connection has ended")

    def end(self) -> None:
        """Close it, as httpd does when the client has gone: every later access raises `RequestEnded`."""
        self._ended = True

    @property
    def ended(self) -> bool:
        """Whether httpd has closed it."""
        return self._ended

    @property
    def server(self) -> FakeServer:
        """The virtual host that accepted it."""
        self._check()
        return self._server

    @property
    def notes(self) -> Headers:
        """Notes that modules leave for each other."""
        self._check()
        return self._notes

    @property
    def master(self) -> FakeConnection | None:
        """The HTTP/2 connection that this stream belongs to."""
        self._check()
        return self._master

    @property
    def state(self) -> SimpleNamespace:
        """For any data that Python code keeps for the life of the connection."""
        self._check()
        return self._state

    def ssl_var(self, name: str) -> str | None:
        """Return the value of `name` in `ssl_vars`."""
        self._check()
        return self._ssl_vars.get(name)

    def _take(self, size: int, timeout: float | None) -> bytes:
        self._check()
        if size < 1:
            raise ValueError(f"a size is above 0, not {size}")
        if timeout is not None and not 0 < timeout <= 1e6:
            raise ValueError("a timeout is a number of seconds above 0")
        taken, self._incoming = self._incoming[:size], self._incoming[size:]
        return taken

    def recv(self, size: int, timeout: float | None = None) -> bytes:
        """Return the next bytes of `incoming`; `b""` at the end."""
        return self._take(size, timeout)

    def read(self, size: int, timeout: float | None = None) -> bytes:
        """Return the next bytes of `incoming`."""
        return self._take(size, timeout)

    def readline(self, limit: int = 8192, timeout: float | None = None) -> bytes:
        """Return the next line of `incoming`."""
        end = self._incoming.find(b"\n") + 1
        return self._take(min(limit, end or limit), timeout)

    def write(self, data: bytes | bytearray | memoryview | str) -> None:
        """Append the data to `written`."""
        self._check()
        self.written += data.encode() if isinstance(data, str) else bytes(data)

    def flush(self) -> None:
        """Do nothing: `written` already has the data."""
        self._check()

    def add_input_filter(self, name: str) -> None:
        """Record the filter in `input_filters`, once."""
        self._check()
        if name not in self.input_filters:
            self.input_filters.append(name)

    def add_output_filter(self, name: str) -> None:
        """Record the filter in `output_filters`, once."""
        self._check()
        if name not in self.output_filters:
            self.output_filters.append(name)

    def log(self, message: str, level: Level = "info") -> None:
        """Do what `pyhook.log` does."""
        self._check()
        log(message, level)
