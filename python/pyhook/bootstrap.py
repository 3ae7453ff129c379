"""mod_pyhook runs this module once in every interpreter that it starts."""

from __future__ import annotations

import atexit
import sys

from . import process
from .logging_finder import LoggingFinder, connect
from .streams import LogStream, flush_all

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _pyhook import Level


def start() -> None:
    """Send `print`, standard error and `logging` to httpd's error log, and protect data of the process (`process`).

    A second call changes nothing.
    """
    if any(isinstance(finder, LoggingFinder) for finder in sys.meta_path):
        return
    process.keep()
    # httpd writes every notice, whatever its LogLevel, so a print is always seen.
    streams: dict[str, Level] = {"stdout": "notice", "stderr": "error"}
    for name, level in streams.items():
        setattr(sys, name, LogStream(level, f"<{name}>"))
    atexit.register(flush_all)  # the function registered first runs last
    connect()
