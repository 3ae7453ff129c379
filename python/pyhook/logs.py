"""Python's `logging` in httpd's error log."""

from __future__ import annotations

import functools
import logging

from ._native import is_logged, log, most_talkative_level
from .streams import LogStream

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from _pyhook import Level

_levels: tuple[tuple[int, Level], ...] = (
    (logging.CRITICAL, "crit"),
    (logging.ERROR, "error"),
    (logging.WARNING, "warn"),
    (logging.INFO, "info"),
    (logging.DEBUG, "debug"),
)

_thresholds: dict[Level, int] = {
    "emerg": logging.CRITICAL + 1,
    "alert": logging.CRITICAL + 1,
    "notice": logging.WARNING,
    **{name: level for level, name in _levels},
}


def httpd_level(level: int) -> Level:
    """httpd's name for a `logging` level; anything below DEBUG is `trace1`."""
    for least, name in _levels:
        if level >= least:
            return name
    return "trace1"


def threshold(level: Level) -> int:
    """Return the lowest `logging` level that `LogLevel level` lets through."""
    return _thresholds.get(level, logging.NOTSET + 1)


class Handler(logging.Handler):
    """Sends every record to httpd's error log as one message, with its traceback.

    httpd adds the time, the request and the client, so the default format is only `name: message`. Use it in
    `logging.config` as `pyhook.logs.Handler`. Outside httpd it writes to standard error.
    """

    def __init__(self, level: int = logging.NOTSET) -> None:
        super().__init__(level)
        self.setFormatter(logging.Formatter("%(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        """Log the record at httpd's level, unless `LogLevel` suppresses it; a failure goes to `logging`'s
        `handleError`.
        """
        try:
            level = httpd_level(record.levelno)
            if is_logged(level):
                log(self.format(record), level)
        except Exception:
            self.handleError(record)


class LastHandler(Handler):
    """Takes the records that reach the root logger while the application has given it no handler."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log the record as `Handler` does, unless the root logger has handlers of its own."""
        if all(isinstance(handler, logging.NullHandler) for handler in logging.getLogger().handlers):
            super().emit(record)


def install() -> None:
    """Send records that reach the root logger to httpd's error log, and let records through that some `LogLevel` may
    want.

    A second call changes nothing. The handler belongs to a logger above the root logger. The root logger itself has
    none, so that `logging.basicConfig` and other configuration by the application work as elsewhere. Records that would
    then go to standard error go to the error log with their level.
    """
    root = logging.getLogger()
    if root.parent is not None:
        return
    root.parent = logging.Logger("httpd")
    root.parent.addHandler(LastHandler())
    root.setLevel(threshold(most_talkative_level()))
    basic_config = logging.basicConfig

    @functools.wraps(basic_config)
    def with_error_log(**settings: Any) -> None:
        stream = settings.get("stream")
        if not settings.keys() & {"filename", "handlers"} and (stream is None or isinstance(stream, LogStream)):
            settings.pop("stream", None)
            handler = Handler()
            if "format" in settings:
                handler.setFormatter(None)
            settings["handlers"] = [handler]
        basic_config(**settings)

    logging.basicConfig = with_error_log
