"""The plug-in of another_try_plugin that can be imported at once."""

from __future__ import annotations

import another_try
import pyhook


@pyhook.on_child_init
def begin() -> None:
    another_try.mark("whole")
