"""The package as a whole: its names, its cost, and what it does where `_pyhook` is there, broken or missing."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

from the_stub import STUB

import pyhook
import pyhook.testing

PYTHON = Path(__file__).parents[1]

INSIDE = """
import sys, types
native = types.ModuleType("_pyhook")
native.phases = ("fixups",)
native.shared = {}
for name in ("Connection Filter Headers Request Server SharedDict Worker current_request environ exists_define interpreter_name is_logged is_stopping log main_server _ask _change_metric _define_metric _most_talkative_level _when_call_ends "
             "mpm_name mpm_query server_description server_root").split():
    setattr(native, name, object())
native.interpreter_name = lambda: "main"
sys.modules["_pyhook"] = native
"""


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-S", "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(PYTHON), "PYTHONDONTWRITEBYTECODE": "1"},
    )


def test_every_exported_name_exists_and_is_once() -> None:
    assert all(hasattr(pyhook, name) for name in pyhook.__all__)
    assert len(set(pyhook.__all__)) == len(pyhook.__all__)


def test_everything_in_the_stub_is_re_exported() -> None:
    names = {node.name for node in STUB.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    names |= {
        node.target.id for node in STUB.body if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }
    names = {name for name in names if not name.startswith("_")}
    assert names <= set(pyhook.__all__), names - set(pyhook.__all__)


def test_outside_httpd_the_types_are_the_fakes() -> None:
    assert pyhook.Request is pyhook.testing.FakeRequest
    assert pyhook.Headers is pyhook.testing.Headers  # type: ignore[comparison-overlap]


def test_inside_httpd_the_types_are_httpds_and_no_fake_is_loaded() -> None:
    done = run(
        INSIDE
        + "import pyhook\n"
        + "assert pyhook.Request is native.Request and pyhook.log is native.log\n"
        + "assert pyhook.phases == ('fixups',)\n"
        + "assert not [name for name in sys.modules if name.startswith('pyhook.testing')]\n"
    )
    assert done.returncode == 0, done.stderr


def test_inside_httpd_the_import_stays_cheap() -> None:
    done = run(
        INSIDE
        + "import io, os\n"  # CPython 3.14 starts without io; `site`, which httpd's Python runs, imports os
        + "before = set(sys.modules)\n"
        + "import pyhook, pyhook.bootstrap, pyhook.errors\n"
        + "pyhook.bootstrap.start()\n"
        + "print(*sorted(set(sys.modules) - before), file=sys.__stdout__)\n"
    )
    assert done.returncode == 0, done.stderr
    loaded = done.stdout.split()
    assert [name for name in loaded if not re.match(r"pyhook\b", name)] == ["__future__", "atexit", "faulthandler"]
    assert len(loaded) <= 16


def test_a_broken_module_inside_httpd_is_not_taken_for_outside() -> None:
    done = run("import sys, types; sys.modules['_pyhook'] = types.ModuleType('_pyhook'); import pyhook")
    assert done.returncode != 0
    assert "has no attribute 'Connection'" in done.stderr


def test_nothing_happens_at_import_time() -> None:
    done = run(
        "import sys\nstreams, finders = (sys.stdout, sys.stderr), list(sys.meta_path)\n"
        "import pyhook, pyhook.bootstrap, pyhook.logs, pyhook.streams, pyhook.handlers, pyhook.testing\n"
        "assert (sys.stdout, sys.stderr) == streams and sys.meta_path == finders\n"
        "import logging\nassert logging.getLogger().handlers == []\n"
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
