from __future__ import annotations

import pyhook


def deny(req: pyhook.Request) -> int:
    return 403
