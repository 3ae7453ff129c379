"""A plug-in that fails after it has registered everything."""

from __future__ import annotations

import another_try
import another_try_whole  # noqa: F401  which is there already the second time
import pyhook


@pyhook.on_child_init
def begin() -> None:
    another_try.mark("begun")


@pyhook.on_exit
def end() -> None:
    another_try.mark("ended")


@pyhook.every(seconds=3600)
def task() -> None:
    another_try.mark("task")


@pyhook.hook("fixups")
def guard(req: pyhook.Request) -> int | None:
    req.err_headers_out.add("X-Guard", "asked")
    return 403 if req.args == "guarded" else None


another_try.reach("plugin")
