"""What the C++ module `_pyhook` offers inside httpd; `import pyhook` re-exports it.

Text from the client (header values, URIs, user names) is `str` decoded as UTF-8 with
`surrogateescape`: every byte survives the round trip. Bodies are `bytes`.

After its request has ended, every access through a `Request`, or through a `Headers` table
that belongs to it, raises `pyhook.RequestEnded`. A request is used by one thread at a time, the
one that runs its current phase; from any other thread it raises `RuntimeError`.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

from .connection import Connection as Connection
from .filter import Filter as Filter
from .headers import Headers as Headers
from .latin1_request import _Latin1Request as _Latin1Request
from .request import FileType as FileType
from .request import Request as Request
from .server import Server as Server
from .shared_dict import SharedDict as SharedDict
from .worker import Worker as Worker

Level = Literal[
    "emerg", "alert", "crit", "error", "warn", "notice", "info", "debug",
    "trace1", "trace2", "trace3", "trace4", "trace5", "trace6", "trace7", "trace8",
]

OK: Final[int]
DECLINED: Final[int]
DONE: Final[int]
phases: Final[tuple[str, ...]]
shared: Final[Mapping[str, SharedDict]]

def log(message: str, level: Level = "info") -> None:
    """Write to the error log, as part of the current request if any."""
def is_logged(level: Level) -> bool:
    """Would a message of this level be written here?"""
def _most_talkative_level() -> Level:
    """What the most talkative LogLevel of any server or section gives this module."""
def _when_call_ends(function: Callable[[], object]) -> bool:
    """Call it when the callable that httpd called has returned; false where none was called."""
def _ask(name: str, record: Request | Server, text: str = "") -> str | None:
    """What a function that another httpd module offers says of a request or a server; None if it is not there."""
def _define_metric(family: str, documentation: str) -> None:
    """Make a metric of pyhook.metrics. Raises RuntimeError if there is no room for it."""
def _change_metric(key: str, family: str, amount: float, replaces: bool) -> None:
    """Add to a number of pyhook.metrics, or replace it. Raises RuntimeError if there is no room for it."""
def current_request() -> Request | None:
    """The request this thread is serving, or None."""
def environ(request: Request) -> dict[str, Any]:
    """A new WSGI environ (PEP 3333) of a request, for libraries that take one."""
def interpreter_name() -> str:
    """The name of this interpreter; 'main' by default."""
def main_server() -> Server:
    """The main server (Server); the others follow by .next."""
def server_root() -> str:
    """ServerRoot."""
def server_description() -> str:
    """What the Server header says when ServerTokens is Full."""
def mpm_name() -> str:
    """The multi-processing module: 'event', 'worker' or 'prefork'."""
def mpm_query(code: int) -> int:
    """ap_mpm_query with one of the AP_MPMQ_ codes. Raises ValueError."""
def exists_define(name: str) -> bool:
    """Was `name` given with -D or Define?"""
def is_stopping() -> bool:
    """Has this child been told to end?"""
