from __future__ import annotations

import another_try

another_try.reach("module")


def page(req: object) -> str:
    return "served\n"
