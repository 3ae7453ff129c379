"""A configuration as httpd has read it: httpd's own test prints it, with -D DUMP_PYHOOK."""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE
from typing import Any

from pyhook.command import httpd
from pyhook.command.failure import Failure
from pyhook.command.lines import Line, lines_from

ROOT = re.compile(r'-D HTTPD_ROOT="(.*)"')


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
        lines = lines_from(self.test("DUMP_PYHOOK").objects)
        if not lines:
            raise Failure("this configuration does not load mod_pyhook: add its LoadModule line, with a2enmod pyhook for example")
        return lines


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
