"""The command line of `pyhook`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import pyhook
from pyhook.command import (
    check_command,
    completion_command,
    init_command,
    memory_command,
    migrate_command,
    profile_command,
    ps_command,
    routes_command,
    serve_command,
)
from pyhook.command.failure import Failure
from pyhook.command.words import Parser


def parser() -> argparse.ArgumentParser:
    made: argparse.ArgumentParser = Parser(prog="pyhook", description="Run Python in the Apache HTTP Server, and see what it does there.")
    made.add_argument("--version", action="version", version=f"pyhook {pyhook.__version__}")
    commands = made.add_subparsers(metavar="COMMAND", required=True)
    serve_command.add_to(commands)
    init_command.add_to(commands)
    check_command.add_to(commands)
    routes_command.add_to(commands)
    ps_command.add_to(commands)
    profile_command.add_to(commands)
    memory_command.add_to(commands)
    migrate_command.add_to(commands)
    completion_command.add_to(commands, made)
    return made


def main(words: Sequence[str] | None = None) -> int:
    arguments = parser().parse_args(words)
    try:
        status: int = arguments.run(arguments)
    except Failure as failure:
        print(f"pyhook: {failure}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # who reads has seen enough
        return 0
    except OSError as problem:
        print(f"pyhook: {problem.filename or 'the system'}: {problem.strerror}", file=sys.stderr)
        return 1
    return status
