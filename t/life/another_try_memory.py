from __future__ import annotations

import another_try

another_try.reach("memory")


def page(req: object) -> str:
    return "served\n"
