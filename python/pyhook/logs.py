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
    """The least `logging` level of which `LogLevel level` lets anything through."""
    return _thresholds.get(level, logging.NOTSET + 1)


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


class LastHandler(Handler):
    """Takes the records that reach the root logger, as long as the application has given it no handler."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log the record as `Handler` does, or leave it to the root logger's own handlers."""
        if all(isinstance(handler, logging.NullHandler) for handler in logging.getLogger().handlers):
            super().emit(record)


def install() -> None:
    """Have httpd's error log take what reaches the root logger, once, and let through what `LogLevel` may want somewhere.

    The handler belongs to a logger above the root: the root has none, so that `logging.basicConfig` and whatever else
    an application does with it have the effect that they have elsewhere. Where standard error would be that effect, the
    records go to the error log with their level.
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
