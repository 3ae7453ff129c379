"""`pyhook init`: what `pyhook serve` serves, as a server that stays."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pyhook.command import httpd, permanent, serving
from pyhook.command.failure import Failure
from pyhook.command.serve_command import add_content, add_kind, add_place, check_user, site_from
from pyhook.command.tables import print_json
from pyhook.command.words import say

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def add_to(commands: Commands) -> None:
    parser = commands.add_parser(
        "init",
        help="write a server that stays: configuration, logs, systemd unit, logrotate",
        description="Write into DIR what serves TARGET for good: httpd's configuration, a folder for its logs, a systemd "
        "unit and a logrotate file. Without TARGET it writes a first application, too. The options are those of serve.",
    )
    parser.add_argument("directory", metavar="DIR")
    parser.add_argument("target", metavar="TARGET", nargs="?")
    add_kind(parser)
    add_place(parser)
    add_content(parser)
    parser.add_argument("--json", action="store_true", help="print JSON: what was written, and the commands that start it")
    parser.set_defaults(run=run, access_log=True)


def run(arguments: argparse.Namespace) -> int:
    try:
        write(arguments)
    except OSError as problem:
        raise Failure(f"{problem.filename} can't be written: {problem.strerror}. Name a directory in which you may write") from problem
    return 0


def write(arguments: argparse.Namespace) -> None:
    directory = Path(arguments.directory).resolve()
    if set(str(directory)) & set("\n\r\"'"):
        raise Failure(f"{str(directory)!r} has a quote or a line break in its name, which logrotate can't read: name another directory")
    found = httpd.find(arguments.httpd, arguments.modules, arguments.module)
    check_user(arguments)
    if arguments.target is None:
        arguments.target = permanent.greeting(directory)
        arguments.path = [*(arguments.path or []), str(directory / "site")]
    include = [*arguments.include, str(directory / permanent.OWN_LINES)]
    site = replace(site_from(arguments, directory / "run"), root=directory, logs=directory / "logs", include=include)
    permanent.write(directory, site, found)
    serving.check_configuration(found.program, directory / "httpd.conf")
    start, rotate = permanent.advice(directory)
    if arguments.json:
        unit = directory / f"{permanent.name_of(directory)}.service"
        print_json({"configuration": f"{directory}/httpd.conf", "url": site.url, "unit": str(unit), "start": start, "rotate": rotate})
    else:
        say(f"{directory}/httpd.conf serves {site.url}. To start it, now and with the machine, and to turn its logs:")
        print(start, rotate, sep="\n")
