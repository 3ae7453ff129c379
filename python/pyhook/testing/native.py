"""The functions of `_pyhook` outside httpd, and the names that `pyhook` re-exports there."""

from __future__ import annotations

import sys
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from ..records.names import check_level
from ..records.names import phases as phases
from .shared import AnyDict

if TYPE_CHECKING:
    from collections.abc import Callable

    from _pyhook import Level

    from .request import FakeRequest
    from .server import FakeServer

_request: ContextVar[FakeRequest | None] = ContextVar("request", default=None)

shared = AnyDict()
"""Dictionaries in this process, made when they are first used."""

def is_logged(level: Level) -> bool:
    """True: a test sees every message. `ValueError` for a level httpd does not have."""
    check_level(level)
    return True


def log(message: str, level: Level = "info") -> None:
    """Write one error-log entry to standard error. `ValueError` for a level httpd does not have."""
    check_level(level)
    print(f"[pyhook:{level}] {message}", file=sys.stderr)


def _most_talkative_level() -> Level:
    """`trace8`: a test sees every message."""
    return "trace8"


def _when_call_ends(function: Callable[[], object]) -> bool:
    """False: no callable is called by httpd."""
    return False


metrics: dict[str, float] = {}
"""The numbers of `pyhook.metrics`, by their keys."""


def _define_metric(family: str, documentation: str) -> None:
    """Make a metric of `pyhook.metrics`."""
    metrics.setdefault(family, 0.0)


def _change_metric(key: str, family: str, amount: float, replaces: bool) -> None:
    """Add to a number, or replace it: there is room for all."""
    metrics[key] = amount + (0.0 if replaces else metrics.get(key, 0.0))


def _ask(name: str, record: object, text: str = "") -> str | None:
    """None: no other module of httpd is there."""
    return None


def current_request() -> FakeRequest | None:
    """The request for which `pyhook.testing.call` is calling a handler."""
    return _request.get()


def environ(request: FakeRequest) -> dict[str, Any]:
    """Return the WSGI environ of a fake request, with its body."""
    from ..records.variables import wsgi

    return wsgi(request)


def set_current_request(request: FakeRequest | None) -> FakeRequest | None:
    """Make it the current request; return the one before."""
    before = _request.get()
    _request.set(request)
    return before


def interpreter_name() -> str:
    """`main`: a test runs in the main interpreter."""
    return "main"


def main_server() -> FakeServer:
    """A server with every default."""
    from .server import FakeServer

    return FakeServer()


def server_root() -> str:
    """The working directory."""
    return "."


def server_description() -> str:
    """A `Server` header that claims nothing."""
    return "Apache (pyhook.testing)"


def mpm_name() -> str:
    """`none`: no MPM runs."""
    return "none"


def mpm_query(code: int) -> int:
    """0 for every question."""
    return 0


def is_stopping() -> bool:
    """False: no child ends."""
    return False


def exists_define(name: str) -> bool:
    """False: no `Define` outside httpd."""
    return False


def __getattr__(name: str) -> Any:
    # Imported late, because the fakes themselves need this module.
    if name in ("Request", "Connection", "Server", "SharedDict", "Headers", "Filter", "Worker"):
        from .. import testing

        return getattr(testing, name)
    raise AttributeError(name)
