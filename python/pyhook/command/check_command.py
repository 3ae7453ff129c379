"""`pyhook check`: is the configuration fine, and can every callable be imported?"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pyhook.command.configured import Server, add_options, server_from
from pyhook.command.routes import Route, routes
from pyhook.command.tables import print_json, print_table, printable
from pyhook.command.words import SECONDS

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

HEADS = ("", "CALLABLE", "INTERPRETER", "LINE")
FINE = "ok"
WRONG = "WRONG"
ELSEWHERE = "-"


def add_to(commands: Commands) -> None:
    parser = commands.add_parser(
        "check",
        help="import every callable of a configuration, before a restart",
        description="Let httpd check its configuration, then import every callable that it names, in a process of its "
        "own: as the server's user if root asks, in the interpreters that would run them. The running server is not "
        "touched. The exit status is 1 if the server would log an error.",
    )
    add_options(parser)
    parser.add_argument("--timeout", type=SECONDS, default=60, metavar="SECONDS", help="how long the imports may take (60)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    server = server_from(arguments)
    found = list(routes(server.lines()))
    here = [route for route in found if not route.in_processes]
    entries = dict(zip(here, tried(server, here, arguments.timeout), strict=True))
    if arguments.json:
        print_json([route.as_json() | told_of(entries.get(route)) for route in found])
    else:
        show(found, entries)
    return 1 if any(entries.values()) else 0


def told_of(entry: str | None) -> dict[str, object]:
    return {"ok": None if entry is None else not entry, "entry": entry or ""}


def tried(server: Server, found: Sequence[Route], seconds: float) -> list[str]:
    """For each route the entry that the server would log, or nothing. What the callables say goes to the standard error."""
    entries: list[str] = []
    while len(entries) < len(found):
        entries += tried_in_one_process(server, found[len(entries) :], seconds)
    return entries


def tried_in_one_process(server: Server, found: Sequence[Route], seconds: float) -> list[str]:
    """As far as the process comes, which an import may end. At least one entry."""
    given = "".join(f"{each.phase}\t{each.interpreter}\t{each.use}\t{each.callable}\n" for each in found)
    tested = server.test("CHECK_PYHOOK", given=given, seconds=seconds)
    print("".join(printable(line) + "\n" for line in tested.said.splitlines()), end="", file=sys.stderr)
    entries = [str(answer["entry"]) for answer in tested.objects if "entry" in answer]
    ends = [how_it_ended(answer["ended"]) for answer in tested.objects if "ended" in answer]
    if tested.is_late:
        ends = [f"its import has not ended after {seconds:g} seconds: the server would wait for it; --timeout lets the check wait longer"]
    return [*entries, *(ends or [how_it_ended(0)])][: len(found)]


def how_it_ended(status: int) -> str:
    how = f"was ended by signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else "has ended by itself"
    return f"the process that imports it {how}"


def show(found: Sequence[Route], entries: Mapping[Route, str]) -> None:
    states = [ELSEWHERE if route not in entries else WRONG if entries[route] else FINE for route in found]
    rows = [(state, each.callable, each.interpreter, each.line.place) for state, each in zip(states, found, strict=True)]
    print_table(HEADS, rows, ["red" if state is WRONG else "" for state in states])
    for each in found:
        if entry := entries.get(each, ""):
            print(f"\n{each.line.directive} at {each.line.place}:")
            print("\n".join("  " + printable(line) for line in entry.splitlines()))
    who = "as the server's user" if os.geteuid() == 0 else "as you, not as the server's user: only root can check as that one"
    print(f"\n{states.count(FINE)} of {len(entries)} are fine, imported {who}.", file=sys.stderr)
    if ELSEWHERE in states:
        print(f"Those with {ELSEWHERE} run in processes of their own (PyHookProcesses) and were not imported.", file=sys.stderr)
