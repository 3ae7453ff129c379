"""`pyhook routes`: what answers where."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from pyhook.command.configured import add_options, server_from
from pyhook.command.routes import routes
from pyhook.command.tables import print_json, print_table

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

HEADS = ("HOST", "WHERE", "PHASE", "CALLABLE", "INTERPRETER", "LINE")


def add_to(commands: Commands) -> None:
    parser = commands.add_parser(
        "routes",
        help="list what answers where",
        description="List the callables that a configuration names: host, place, phase, interpreter, file and line. "
        "httpd reads the configuration; the running server is not asked, and no callable is imported.",
    )
    add_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    found = list(routes(server_from(arguments).lines()))
    if arguments.json:
        print_json([route.as_json() for route in found])
    else:
        print_table(HEADS, [(each.host, each.where, each.phase, each.callable, each.interpreter, each.line.place) for each in found])
    return 0
