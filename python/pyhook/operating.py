"""What a running server is asked about its Python by the command `pyhook` (PyHookControl)."""

from __future__ import annotations

import json
import time
import tracemalloc

MOST = 25
"""How many lines are told."""


def memory(seconds: float) -> str:
    """What holds most of what was allocated in the next seconds, as JSON. mod_pyhook traces allocations meanwhile.

    If the application traces allocations itself, what it has traced before counts too.
    """
    before = tracemalloc.take_snapshot()
    time.sleep(seconds)
    after = tracemalloc.take_snapshot()
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
