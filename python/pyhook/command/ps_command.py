"""`pyhook ps` and `pyhook stacks`: what the children of a running server do now."""

from __future__ import annotations

import argparse
import json
import sys
import time
from itertools import count
from typing import TYPE_CHECKING

from pyhook.command.children import Answer, add_options, ask_all
from pyhook.command.tables import print_json, print_table, printable

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

HEADS = ("PID", "MEMORY", "INTERPRETER", "AGE", "IN", "PHASE", "REQUEST", "CLIENT")


def add_to(commands: Commands) -> None:
    ps = commands.add_parser(
        "ps",
        help="list the children of a running server and their requests",
        description="List the children of a running server: their memory, and the requests that run in Python.",
    )
    add_options(ps)
    ps.set_defaults(run=run_ps)
    top = commands.add_parser(
        "top",
        help="show the children of a running server and their requests, again and again",
        description="Show what pyhook ps lists, anew every second, until Ctrl-C.",
    )
    top.add_argument("--times", metavar="N", type=int, help="end after so many times")
    add_options(top)
    top.set_defaults(run=run_top)
    stacks = commands.add_parser(
        "stacks",
        help="show the Python stacks of all running requests",
        description="Show the Python stacks of the requests that run in Python, of all children or of one.",
    )
    stacks.add_argument("pid", metavar="PID", nargs="?", type=int, help="only this child")
    add_options(stacks)
    stacks.set_defaults(run=run_stacks)


def run_ps(arguments: argparse.Namespace) -> int:
    children = ask_all(arguments, "ps")
    if arguments.json:
        print_json(children)
    else:
        print_table(HEADS, rows_of(children))
    return 0


def run_top(arguments: argparse.Namespace) -> int:
    """On a terminal each table takes the place of the one before."""
    try:
        for shown in count(1):
            children = ask_all(arguments, "ps")
            if sys.stdout.isatty() and not arguments.json:
                print("\x1b[H\x1b[2J", end="")
            if arguments.json:
                print(json.dumps(children), flush=True)
            else:
                print_table(HEADS, rows_of(children))
            if shown == arguments.times:
                break
            time.sleep(1)
    except KeyboardInterrupt:
        print()
    return 0


def rows_of(children: list[Answer]) -> list[tuple[object, ...]]:
    """A row for each request; a child without any has one for itself."""
    rows: list[tuple[object, ...]] = []
    for child in children:
        own = (child["pid"], f"{child['memory'] / 1e6:.0f} MB")
        rows += [(*own, *cells_of(call)) for call in child["calls"]]
        if not child["calls"]:
            rows.append((*own, *[""] * (len(HEADS) - len(own))))
    return rows


def cells_of(call: Answer) -> tuple[object, ...]:
    where = "Python" if call["in_python"] else "httpd"
    return call["interpreter"], f"{call['age']:.1f} s", where, call["phase"], f"{call['method']} {call['uri']}", call["client"]


def run_stacks(arguments: argparse.Namespace) -> int:
    children = ask_all(arguments, "stacks", pid=arguments.pid)
    if arguments.json:
        print_json(children)
        return 0
    for child in children:
        for call in child["calls"]:
            interpreter, age, where, phase, request, client = cells_of(call)
            print(printable(f"{child['pid']} {interpreter}: {phase} {request} from {client}, {age}, in {where}"))
            for entry in call["stack"]:
                print("\n".join(printable(line) for line in entry.splitlines()))
            print()
        for interpreter in child["silent"]:
            print(f"{child['pid']} {interpreter}: no answer, because nobody gets its GIL\n")
    return 0
