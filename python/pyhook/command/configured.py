"""A configuration as httpd has read it: httpd's own test prints it, with -D DUMP_PYHOOK."""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from subprocess import PIPE
from typing import Any

from pyhook.command import httpd
from pyhook.command.failure import Failure
from pyhook.command.httpd_lines import words_of

ROOT = re.compile(r'-D HTTPD_ROOT="(.*)"')


@dataclass(frozen=True)
class Callable:
    spec: str
    use: str
    """`callable`, `filter`, `application` or `factory`."""


@dataclass(frozen=True, eq=False)
class Line:
    """A directive, or the beginning of a section."""

    directive: str
    args: str
    file: str
    number: int
    section: Line | None
    callables: Sequence[Callable] = ()
    phase: str | None = None
    all_run: bool = False
    lines: list[Line] = field(default_factory=list)
    """What stands in the section."""

    @property
    def name(self) -> str:
        return self.directive.lower()

    @cached_property
    def words(self) -> list[str]:
        return words_of(self.args.removesuffix(">") if self.directive.startswith("<") else self.args)

    @property
    def sections(self) -> list[Line]:
        """Those that it stands in, from the outermost on."""
        return [] if self.section is None else [*self.section.sections, self.section]

    @property
    def host(self) -> Line | None:
        return next((section for section in self.sections if section.name == "<virtualhost"), None)

    @property
    def place(self) -> str:
        """Where a person finds it."""
        return f"{self.file}:{self.number}"


@dataclass(frozen=True)
class Tested:
    objects: list[dict[str, Any]]
    said: str
    is_late: bool
    """It took longer than it might, and was ended."""


@dataclass(frozen=True)
class Server:
    """httpd and the options that make it read one configuration."""

    program: str
    options: Sequence[str] = ()

    def test(self, *defines: str, given: str = "", seconds: float | None = None) -> Tested:
        """What httpd's test prints and says with these -D. Raises Failure where the configuration is refused."""
        command = _with_variables(self.program, [self.program, *self.options, "-t", *(f"-D{define}" for define in defines)])
        with subprocess.Popen(command, stdin=PIPE, stdout=PIPE, stderr=PIPE, start_new_session=True) as asked:
            printed, said, is_late = _communicate(asked, given.encode(errors="surrogateescape"), seconds)
        if asked.returncode != 0 and not is_late:
            raise Failure(f"httpd refuses the configuration:\n{said.decode(errors='replace').strip()}")
        lines = printed.decode(errors="surrogateescape").splitlines()
        objects = [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]
        return Tested(objects, said.decode(errors="replace").replace("Syntax OK\n", ""), is_late)

    def lines(self) -> list[Line]:
        made: dict[int, Line] = {}
        for each in self.test("DUMP_PYHOOK").objects:
            line = Line(
                each["directive"],
                each["args"],
                each["file"],
                each["line"],
                made.get(each["section"]),
                [Callable(**callable) for callable in each.get("callables", [])],
                each.get("phase"),
                each.get("all_run", False),
            )
            made[each["number"]] = line
            if line.section is not None:
                line.section.lines.append(line)
        if not made:
            raise Failure("this configuration does not load mod_pyhook: add its LoadModule line, with a2enmod pyhook for example")
        return list(made.values())


def _communicate(asked: subprocess.Popen[bytes], given: bytes, seconds: float | None) -> tuple[bytes, bytes, bool]:
    """Ends with what it has started, also where a person ends this command."""
    try:
        return *asked.communicate(given, seconds), False
    except subprocess.TimeoutExpired:
        os.killpg(asked.pid, signal.SIGKILL)
        return *asked.communicate(), True
    except BaseException:
        os.killpg(asked.pid, signal.SIGKILL)
        raise


def add_options(parser: argparse.ArgumentParser) -> None:
    """Those of httpd itself, by which it finds its configuration."""
    parser.add_argument("-f", dest="file", metavar="FILE", help="httpd's configuration (the one that it was built to read)")
    parser.add_argument("-d", dest="root", metavar="DIR", help="its ServerRoot")
    parser.add_argument("-D", dest="defines", metavar="NAME", action="append", default=[], help="what <IfDefine> asks for; may be repeated")
    parser.add_argument("--httpd", metavar="PROGRAM", help="httpd's program, if it is not found")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def server_from(arguments: argparse.Namespace) -> Server:
    options = [f"-D{name}" for name in arguments.defines]
    options += ["-d", arguments.root] if arguments.root else []
    options += ["-f", str(Path(arguments.file).resolve())] if arguments.file else []
    return Server(arguments.httpd or httpd.program(), options)


def _with_variables(program: str, command: list[str]) -> list[str]:
    """Debian's configuration names variables that its start script sets from this file."""
    try:
        built = subprocess.run([program, "-V"], capture_output=True, text=True, check=False)
    except OSError as problem:
        raise Failure(f"{program} can't be run: {problem.strerror}. Name httpd's program with --httpd") from problem
    root = ROOT.search(built.stdout)
    variables = Path(root[1]) / "envvars" if root else Path("envvars")
    if "APACHE_RUN_DIR" in os.environ or not variables.is_file():
        return command
    return ["/bin/sh", "-c", f'. "{variables}" && exec "$0" "$@"', *command]
