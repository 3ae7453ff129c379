from __future__ import annotations

import sys

import pyhook


def show(req: pyhook.Request) -> str:
    import colour  # from the environment

    return "\n".join([sys.prefix, sys.executable, colour.name, sys.getfilesystemencoding(), str(sys.flags.utf8_mode)]) + "\n"
