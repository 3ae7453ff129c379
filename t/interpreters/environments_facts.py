"""The values that describe a Python's environment; as a script, those of the environment's own `python`."""

from __future__ import annotations

import json
import site
import sys


def facts() -> str:
    return json.dumps(
        {
            "prefix": sys.prefix,
            "exec_prefix": sys.exec_prefix,
            "base_prefix": sys.base_prefix,
            "executable": sys.executable,
            "PREFIXES": site.PREFIXES,
            "getsitepackages": site.getsitepackages(),
            "ENABLE_USER_SITE": site.ENABLE_USER_SITE,
            "no_site": sys.flags.no_site,
            "path": sys.path,
            "ran": getattr(sys, "ran", []),  # what the environments' files have run
        }
    )


if __name__ == "__main__":
    print(facts())
