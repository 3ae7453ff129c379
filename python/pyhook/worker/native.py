"""What `pyhook` has in a worker process, where a child of httpd has `_pyhook`."""

from __future__ import annotations

from typing import cast

from .. import registering
from ..records.headers import Headers as Headers
from ..records.names import check_level, levels
from ..records.names import phases as phases
from ..records.variables import wsgi as environ
from . import streams
from .metrics import change_metric as _change_metric
from .metrics import define_metric as _define_metric
from .request import Request as Request
from .request import current_request as current_request
from .request import group_name as interpreter_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

    from _pyhook import Level

__all__ = ["_change_metric", "_define_metric", "environ", "interpreter_name"]

registering.refusal = (
    "httpd's children call hooks, tasks and exit functions, and this is a process of PyHookProcesses: register them in a "
    "module of their own, which PyHookImport names"
)


class _Absent:
    """A type of which there are no objects here."""

    def __init__(self) -> None:
        raise TypeError(f"{type(self).__name__} is a record of httpd, which no process of PyHookProcesses has")


class Connection(_Absent):
    """The client's connection."""


class Filter(_Absent):
    """A filter in an httpd child."""


class Server(_Absent):
    """A virtual host."""


class SharedDict(_Absent):
    """A dictionary of `PyHookShared`."""


class Worker(_Absent):
    """A backend of a balancer."""


def _refuse(what: str) -> NoReturn:
    raise RuntimeError(f"{what} only in httpd's children, and this is a process of PyHookProcesses")


class _NoDictionaries:
    """`pyhook.shared` has none here, and says so."""

    def __getitem__(self, name: str) -> NoReturn:
        _refuse(f"the shared dictionary {name!r} is there")

    def __iter__(self) -> NoReturn:
        _refuse("shared dictionaries are there")

    def __len__(self) -> NoReturn:
        _refuse("shared dictionaries are there")

    def __contains__(self, name: object) -> NoReturn:
        _refuse("shared dictionaries are there")


shared = _NoDictionaries()


def log(message: str, level: Level = "info") -> None:
    """Write an entry to the error log. Raises `ValueError` for a level that httpd does not have."""
    check_level(level)
    streams.log(levels.index(level), message)


def is_logged(level: Level) -> bool:
    """Return whether some `LogLevel` of httpd wants it: httpd drops what the one of the request does not want."""
    check_level(level)
    return levels.index(level) <= max(levels.index(streams.most), levels.index("notice"))


def _most_talkative_level() -> Level:
    return cast("Level", streams.most)


def _when_call_ends(function: Callable[[], object]) -> bool:
    return False


def _ask(name: str, record: object, text: str = "") -> None:
    """Return None: no other module of httpd is here."""


def is_stopping() -> bool:
    """Return False: a process answers its requests before it ends."""
    return False


def main_server() -> NoReturn:
    _refuse("main_server() can be asked")


def server_root() -> NoReturn:
    _refuse("server_root() can be asked")


def server_description() -> NoReturn:
    _refuse("server_description() can be asked")


def mpm_name() -> NoReturn:
    _refuse("mpm_name() can be asked")


def mpm_query(code: int) -> NoReturn:
    _refuse("mpm_query() can be asked")


def exists_define(name: str) -> NoReturn:
    _refuse("exists_define() can be asked")
