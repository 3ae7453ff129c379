from __future__ import annotations

import sys

import pyhook


def show(req: pyhook.Request) -> str:
    import colour  # from the environment

    return "\n".join([sys.prefix, sys.executable, colour.name, sys.getfilesystemencoding(), str(sys.flags.utf8_mode)]) + "\n"


def facts(req: pyhook.Request) -> str:
    import environments_facts

    return environments_facts.facts()


def importable(req: pyhook.Request) -> str:
    """Which of the modules in the query exist."""
    found = []
    for name in req.args.split(","):
        try:
            found.append(__import__(name).__name__)
        except ImportError:
            pass
    return ",".join(found)
