"""Ends a run that is told to stop."""

from __future__ import annotations

import signal
import sys


def unwind_when_told() -> None:
    """Make SIGTERM end the run as an exception does: neither servers nor a stage are left behind."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("told to end"))
