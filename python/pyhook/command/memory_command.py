"""`pyhook memory`: which lines of a running server take memory."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from pyhook.command.children import Answer, add_options, ask_all
from pyhook.command.tables import print_json, print_table
from pyhook.command.words import SECONDS

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def add_to(commands: Commands) -> None:
    parser = commands.add_parser(
        "memory",
        help="show which lines of a running server take memory",
        description="Trace allocations for some seconds (tracemalloc), and list the lines that have taken most.",
    )
    parser.add_argument("seconds", metavar="SECONDS", nargs="?", type=SECONDS, default=10, help="10 by default")
    add_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    children = ask_all(arguments, f"memory {arguments.seconds}", arguments.seconds + 20)
    if arguments.json:
        print_json(children)
    else:
        print_table(("PID", "INTERPRETER", "GROWTH", "SIZE", "OBJECTS", "LINE"), rows_of(children))
    return 0


def rows_of(children: list[Answer]) -> list[tuple[object, ...]]:
    return [
        (child["pid"], traced["interpreter"], each["growth"], each["size"], each["count"], f"{each['file']}:{each['line']}")
        for child in children
        for traced in child["memory"]
        for each in traced["traced"]
    ]
