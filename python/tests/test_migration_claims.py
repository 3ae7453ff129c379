"""The check of the migration pages finds what is no longer true."""

from __future__ import annotations

import migration_claims as claims
import pytest

KNOWN = {"directives": {"PyHookReload", "PyHookOption"}, "pyhook": claims.module_names(), **claims.classes()}


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("| `PythonAutoReload` | nothing |", "there is no PythonAutoReload, but PyHookReload is here"),
        ("| `server.register_cleanup(f)`, `hostname` | not offered |", "there is no hostname, but Server.hostname is here"),
        ("| `add_cleanup(f)` | nothing |", "there is no add_cleanup, but Request.add_cleanup is here"),
        ("| `flush()`, `frobnicate` | the same |", "frobnicate is the same, but Request has no frobnicate"),
        ("| `conn.client_ip`, `blub` | the same |", "blub is the same, but Connection has no blub"),
        ("There is no `PyHookReload`.", "there is no PyHookReload, but directives has it"),
        ("Use `pyhook.nosuch`.", "names pyhook.nosuch, which is not here"),
        ("Use `PyHookNosuch`.", "names PyHookNosuch, which is not here"),
    ],
)
def test_a_claim_that_does_not_hold_is_found(line: str, problem: str) -> None:
    assert [found.removeprefix("says that ") for found in claims.problems_of(line, KNOWN)] == [problem]


@pytest.mark.parametrize(
    "line",
    [
        "| `PythonOption key` (remove) | nothing; set another value |",
        "| `PythonEnablePdb` | nothing |",
        "| `hlist`, `conn.double_reverse` | nothing |",
        "| `table.add`, `keys`, `clear` | the same |",
        "There is no `frobnicate`; use `pyhook.environ(req)` and `PyHookReload`.",
    ],
)
def test_one_that_holds_is_not(line: str) -> None:
    assert list(claims.problems_of(line, KNOWN)) == []
