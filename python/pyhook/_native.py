"""The names that C++ provides inside httpd, those of a worker process, or their fakes from `pyhook.testing` elsewhere."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _pyhook import _ask as ask
    from _pyhook import _change_metric as change_metric
    from _pyhook import _define_metric as define_metric
    from _pyhook import _most_talkative_level as most_talkative_level
    from _pyhook import _when_call_ends as when_call_ends
    from _pyhook import (
        Connection,
        Filter,
        Headers,
        Level,
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
        shared,
    )
else:
    # Only a missing `_pyhook` means "outside httpd". If it fails or lacks a name, the error must be seen.
    try:
        import _pyhook as source
    except ModuleNotFoundError as missing:
        if missing.name != "_pyhook":
            raise
        import sys

        if f"{__package__}.worker.process" in sys.modules:
            from .worker import native as source
        else:
            from .testing import native as source
        del sys

    Connection = source.Connection
    Filter = source.Filter
    Headers = source.Headers
    Request = source.Request
    Server = source.Server
    SharedDict = source.SharedDict
    Worker = source.Worker
    ask = source._ask
    change_metric = source._change_metric
    current_request = source.current_request
    define_metric = source._define_metric
    environ = source.environ
    exists_define = source.exists_define
    interpreter_name = source.interpreter_name
    is_logged = source.is_logged
    is_stopping = source.is_stopping
    log = source.log
    main_server = source.main_server
    most_talkative_level = source._most_talkative_level
    mpm_name = source.mpm_name
    mpm_query = source.mpm_query
    phases = source.phases
    server_description = source.server_description
    server_root = source.server_root
    shared = source.shared
    when_call_ends = source._when_call_ends
    del source

__all__ = [
    "Connection",
    "Filter",
    "Headers",
    "Request",
    "Server",
    "SharedDict",
    "Worker",
    "ask",
    "change_metric",
    "current_request",
    "define_metric",
    "environ",
    "exists_define",
    "interpreter_name",
    "is_logged",
    "is_stopping",
    "log",
    "main_server",
    "most_talkative_level",
    "mpm_name",
    "mpm_query",
    "phases",
    "server_description",
    "server_root",
    "shared",
    "when_call_ends",
]
if TYPE_CHECKING:
    __all__ += ["Level"]
