"""`pyhook migrate`: a configuration of mod_wsgi or mod_python in, one of mod_pyhook out."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pyhook.command.failure import Failure
from pyhook.command.migrating import migrate
from pyhook.command.tables import print_json

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

MARK = "# TODO:"


def add_to(commands: Commands) -> None:
    parser = commands.add_parser(
        "migrate",
        help="rewrite a configuration of mod_wsgi or mod_python",
        description="Print the configuration with mod_pyhook's directives in place of mod_wsgi's and mod_python's. What a "
        f"person must look at has a comment that begins with {MARK}",
    )
    parser.add_argument("--json", action="store_true", help="print JSON: the lines, and which of them need a person")
    parser.add_argument("files", metavar="FILE", nargs="+", type=Path)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Several files are read as one, as Include does: what one says holds in the next."""
    written = list(migrate("".join(map(text_of, arguments.files))))
    if arguments.json:
        print_json([{"line": line, "needs_a_person": line.lstrip().startswith(MARK)} for line in written])
        return 0
    print("\n".join(written))
    marked = sum(line.lstrip().startswith(MARK) for line in written)
    print(f"{marked} of {len(written)} lines need a person: look for {MARK}" if marked else "No line needs a person.", file=sys.stderr)
    return 0


def text_of(file: Path) -> str:
    try:
        text = file.read_text(errors="surrogateescape")
    except OSError as problem:
        raise Failure(f"{file} can't be read: {problem.strerror}") from problem
    return text if text.endswith("\n") or not text else text + "\n"
