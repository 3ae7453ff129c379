"""What a running server is asked about its Python by the command `pyhook` (PyHookControl)."""

from __future__ import annotations

import json
import time
import tracemalloc

MOST = 25
"""How many lines are told."""


def memory(seconds: float) -> str:
    """Trace allocations for so many seconds; return what holds most of what is new, as JSON.

    If the application traces allocations itself, what it has traced before counts too, and it goes on tracing.
    """
    starts = not tracemalloc.is_tracing()
    if starts:
        tracemalloc.start()
    try:
        before = tracemalloc.take_snapshot()
        time.sleep(seconds)
        after = tracemalloc.take_snapshot()
    finally:
        if starts:
            tracemalloc.stop()
    return json.dumps(
        [
            {
                "file": each.traceback[0].filename,
                "line": each.traceback[0].lineno,
                "size": each.size,
                "count": each.count,
                "growth": each.size_diff,
            }
            for each in after.compare_to(before, "lineno")[:MOST]
        ]
    )
