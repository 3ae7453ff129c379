"""How a run ends that is told to."""

from __future__ import annotations

import signal
import sys


def unwind_when_told() -> None:
    """SIGTERM ends it as an exception does: neither servers nor a stage are left behind."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("told to end"))
