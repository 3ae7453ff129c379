"""Python's `logging` in httpd's error log."""

from __future__ import annotations

import logging

from ._native import is_logged, log

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _pyhook import Level

_levels: tuple[tuple[int, Level], ...] = (
    (logging.CRITICAL, "crit"),
    (logging.ERROR, "error"),
    (logging.WARNING, "warn"),
    (logging.INFO, "info"),
    (logging.DEBUG, "debug"),
)


def httpd_level(level: int) -> Level:
    """httpd's name for a `logging` level; anything below DEBUG is `trace1`."""
    for least, name in _levels:
        if level >= least:
            return name
    return "trace1"


class Handler(logging.Handler):
    """Sends every record to httpd's error log, a traceback included, as one message.

    httpd adds the time, the request and the client itself, so the default format is only `name: message`.
    Usable in `logging.config` as `pyhook.logs.Handler`. Outside httpd it writes to standard error.
    """

    def __init__(self, level: int = logging.NOTSET) -> None:
        super().__init__(level)
        self.setFormatter(logging.Formatter("%(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        """Log the record at httpd's level, unless `LogLevel` leaves it out; failures go through `logging`'s own `handleError`."""
        try:
            level = httpd_level(record.levelno)
            if is_logged(level):
                log(self.format(record), level)
        except Exception:
            self.handleError(record)


def install() -> None:
    """Put a `Handler` on the root logger, once, and let every level through: `LogLevel` in httpd decides.

    An application that configures `logging` itself keeps its word: a later level or handler of its own stays.
    """
    root = logging.getLogger()
    if any(isinstance(handler, Handler) for handler in root.handlers):
        return
    root.addHandler(Handler())
    root.setLevel(logging.NOTSET)
