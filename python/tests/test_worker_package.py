"""The package `pyhook` in a worker process, whatever of it is imported first."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "pyhook"

START = f"""
import sys
from importlib import import_module
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec
spec = ModuleSpec("pyhook", None, is_package=True)
spec.submodule_search_locations = [{str(PACKAGE)!r}]
sys.modules["pyhook"] = module_from_spec(spec)
import_module("pyhook.worker.package").complete_later(sys.modules["pyhook"], {str(PACKAGE)!r})
import_module("pyhook.worker.process")
"""

FIRST = (
    "from pyhook.metrics import Counter; Counter('a_b', 'c')",
    "import pyhook; pyhook.OK",
    "import pyhook; pyhook.status.OK",
    "from pyhook import Request, loops",
    "from pyhook import *; HTTPError",
    "import pyhook.errors; import pyhook; assert pyhook.HTTPError is pyhook.errors.HTTPError",
    "from pyhook.handlers import ContentHandler",
    "from pyhook.worker import handler; import pyhook; assert pyhook.Request is handler.Request",
    "import pyhook; assert not hasattr(pyhook, 'nothing')",
)


@pytest.mark.parametrize("first", FIRST)
def test_any_part_of_it_may_be_the_first(first: str) -> None:
    done = subprocess.run([sys.executable, "-B", "-c", START + first], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
