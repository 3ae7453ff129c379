"""`pyhook completion`: what lets a shell complete the command."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from pyhook.command.completion import SHELLS

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def add_to(commands: Commands, whole: argparse.ArgumentParser) -> None:
    """`whole` is the parser of all commands, which is asked when it is complete."""
    parser = commands.add_parser(
        "completion",
        help="print the completion of a shell",
        description="Print a file that lets a shell complete the words of pyhook. The Debian package installs them.",
    )
    parser.add_argument("shell", metavar="SHELL", choices=SHELLS, help="bash, zsh or fish")
    parser.set_defaults(run=lambda arguments: run(arguments, whole))


def run(arguments: argparse.Namespace, whole: argparse.ArgumentParser) -> int:
    print("\n".join(SHELLS[arguments.shell](whole)))
    return 0
