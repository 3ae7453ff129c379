"""What an application counts with `pyhook.metrics`: kept until a response takes it to httpd, which has the numbers."""

from __future__ import annotations

import threading

from . import frames

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Final

    Change = tuple[str, float, bool]

MOST: Final = 1024
"""Numbers that wait at a time, as many as httpd has. A process without requests could count for ever."""

_lock = threading.Lock()
_helps: dict[str, str] = {}
_waiting: dict[str, Change] = {}


def define_metric(family: str, documentation: str) -> None:
    """Make a metric. What httpd has no room for is not shown: its answer comes too late for an exception."""
    _helps[family.split("\0", 2)[1]] = documentation
    change_metric(family, family, 0.0, False)


def change_metric(key: str, family: str, amount: float, replaces: bool) -> None:
    """Add to a number, or replace it."""
    with _lock:
        if key not in _waiting and len(_waiting) >= MOST:
            key = family
        _, before, replaced = _waiting.get(key, (family, 0.0, False))
        _waiting[key] = (family, amount, True) if replaces else (family, before + amount, replaced)


def take() -> dict[str, Change]:
    """Return what waits, and forget it."""
    global _waiting
    if not _waiting:
        return {}
    with _lock:
        taken, _waiting = _waiting, {}
    return taken


def put_back(taken: dict[str, Change]) -> None:
    """Let it wait again: httpd has not got it. What has been counted meanwhile comes after it."""
    global _waiting
    with _lock:
        since, _waiting = _waiting, taken
    for key, change in since.items():
        change_metric(key, *change)


def send(frame: bytes, sent: Callable[[bytes], None]) -> None:
    """Call `sent` with the frame and, before it, what waits. Raises `Gone`, and then that waits again."""
    counted = take()
    try:
        sent(packed(counted) + frame if counted else frame)
    except frames.Gone:
        put_back(counted)
        raise


def packed(taken: dict[str, Change]) -> bytes:
    """Return the frames that tell httpd."""
    return b"".join(map(_frame, taken, taken.values()))


def _frame(key: str, change: Change) -> bytes:
    _, amount, replaces = change
    help_ = _helps.get(key.split("\0", 2)[1], "")
    text = "\0".join([repr(float(amount)), "=" if replaces else "+", help_, key]).encode("utf-8", "replace")
    return frames.pack(frames.METRIC, text) if len(text) <= frames.MOST else b""  # httpd has no room for that at all
