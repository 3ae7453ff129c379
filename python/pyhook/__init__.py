"""Python at every extension point of the Apache HTTP Server.

A handler is a callable that takes a `Request`, named in the configuration as `module:callable`:

    from pyhook import OK, HTTPError, Request

    def members_only(req: Request) -> int:
        if req.user is None:
            raise HTTPError(403, "nobody logged in")
        return OK

Inside httpd `Request`, `Headers`, `Connection`, `Server` and `Filter` are httpd's own records. Outside it they are the
fakes of `pyhook.testing`, so that the same module can be imported, checked and tested with no server.
"""

from __future__ import annotations

from ._native import (
    Connection,
    Filter,
    Headers,
    Request,
    Server,
    SharedDict,
    Worker,
    current_request,
    environ,
    exists_define,
    interpreter_name,
    is_logged,
    is_stopping,
    log,
    main_server,
    mpm_name,
    mpm_query,
    phases,
    server_description,
    server_root,
)
from ._native import shared as _dictionaries
from .errors import BodyError, HTTPError, RequestEnded, RequestTimeout, SharedAway, SharedFull, WebSocketClosed
from .hooks import hook
from .life import every, on_child_init, on_exit
from .sharing import Dictionaries
from .status import DECLINED, DONE, OK
from .websocket import WebSocket

__version__ = "0.1.0"

shared = Dictionaries(_dictionaries)
"""The dictionaries that all children share, by the names in `PyHookShared`."""

__all__ = [
    "DECLINED",
    "DONE",
    "OK",
    "BodyError",
    "Connection",
    "Filter",
    "HTTPError",
    "Headers",
    "Request",
    "RequestEnded",
    "RequestTimeout",
    "Server",
    "SharedDict",
    "SharedAway",
    "SharedFull",
    "WebSocket",
    "WebSocketClosed",
    "Worker",
    "current_request",
    "environ",
    "every",
    "exists_define",
    "hook",
    "interpreter_name",
    "is_logged",
    "is_stopping",
    "log",
    "main_server",
    "mpm_name",
    "mpm_query",
    "on_child_init",
    "on_exit",
    "phases",
    "server_description",
    "server_root",
    "shared",
]
