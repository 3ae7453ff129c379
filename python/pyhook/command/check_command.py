"""`pyhook check`: is the configuration fine, and can every callable be imported?"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pyhook.command.configured import Server, add_options, server_from
from pyhook.command.routes import Route, routes
from pyhook.command.routes_command import as_json
from pyhook.command.tables import print_json, print_table, printable

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

HEADS = ("", "CALLABLE", "INTERPRETER", "LINE")
FINE = "ok"
WRONG = "WRONG"


def add_to(commands: Commands) -> None:
    parser = commands.add_parser(
        "check",
        help="import every callable of a configuration, before a restart",
        description="Let httpd check its configuration, then import every callable that it names, in a process of its "
        "own: as the server's user if root asks, in the interpreters that would run them. The running server is not "
        "touched. The exit status is 1 if the server would log an error.",
    )
    add_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    server = server_from(arguments)
    found = list(dict.fromkeys(routes(server.lines())))
    entries = tried(server, found)
    if arguments.json:
        print_json([{**as_json(route), "ok": not entry, "entry": entry} for route, entry in zip(found, entries, strict=True)])
    else:
        show(found, entries)
    return 1 if any(entries) else 0


def tried(server: Server, found: Sequence[Route]) -> list[str]:
    """For each route the entry that the server would log, or nothing. What the callables say goes to the standard error."""
    if not found:
        return []
    given = "".join(f"{each.phase}\t{each.interpreter}\t{each.use}\t{each.callable}\n" for each in found)
    entries: list[str] = []
    answers, said = server.test("CHECK_PYHOOK", given=given)
    print("".join(printable(line) + "\n" for line in said.splitlines()), end="", file=sys.stderr)
    for answer in answers:
        entries += [answer["entry"]] if "entry" in answer else ending(int(answer["ended"]), len(found) - len(entries))
    return entries + ["it was not tried"] * (len(found) - len(entries))


def ending(status: int, left: int) -> list[str]:
    """The process has ended during the import of the first of those that are left."""
    how = f"was ended by signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else "has ended by itself"
    after = "it was not tried: the process had ended before"
    return [f"the process that imports it {how}", *[after] * (left - 1)][:left]


def show(found: Sequence[Route], entries: Sequence[str]) -> None:
    rows = [(WRONG if entry else FINE, each.callable, each.interpreter, each.line.place) for each, entry in zip(found, entries, strict=True)]
    print_table(HEADS, rows, ["red" if entry else "" for entry in entries])
    for each, entry in zip(found, entries, strict=True):
        if entry:
            print(f"\n{each.line.directive} at {each.line.place}:")
            print("\n".join("  " + printable(line) for line in entry.splitlines()))
    wrong = sum(map(bool, entries))
    who = "as the server's user" if os.geteuid() == 0 else "as you, not as the server's user: only root can check as that one"
    print(f"\n{len(entries) - wrong} of {len(entries)} are fine, imported {who}.", file=sys.stderr)
