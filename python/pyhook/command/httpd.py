"""The httpd of this machine: its program, its modules, and mod_pyhook among them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyhook
from pyhook.command.failure import Failure

PROGRAMS = ("apache2", "httpd")
PROGRAM_DIRECTORIES = ("/usr/sbin", "/usr/local/sbin", "/usr/local/apache2/bin")

MODULE_DIRECTORIES = (
    "/usr/lib/apache2/modules",  # Debian, Ubuntu
    "/usr/lib64/httpd/modules",  # Fedora, RHEL
    "/usr/lib64/apache2",  # openSUSE
    "/usr/lib/httpd/modules",  # Arch
    "/usr/libexec/apache2",
    "/usr/local/apache2/modules",  # built from its sources
)


@dataclass(frozen=True)
class Httpd:
    program: str
    modules: Path
    pyhook: Path
    compiled_in: frozenset[str]
    """The names of the source files of modules that need no LoadModule, such as `core` and `mod_so`."""

    def load(self, *names: str) -> Iterator[str]:
        """A LoadModule line for each of `names`, such as `alias`, that is not compiled in."""
        for name in names:
            if f"mod_{name}" not in self.compiled_in:
                yield f'LoadModule {name}_module "{self._file(name)}"'

    def _file(self, name: str) -> Path:
        file = self.modules / f"mod_{name}.so"
        if not file.exists():
            raise Failure(f"httpd's module mod_{name}.so is not in {self.modules}: install it, or leave out what needs it")
        return file


def find(named: str | None = None, modules: str | None = None, module: str | None = None) -> Httpd:
    """Raises Failure where one of them can't be found."""
    httpd = named or program()
    directory = Path(modules) if modules else _modules()
    return Httpd(httpd, directory, _pyhook(module, directory), frozenset(_compiled_in(httpd)))


def program() -> str:
    """Raises Failure where this machine has none."""
    path = os.pathsep.join([os.environ.get("PATH", ""), *PROGRAM_DIRECTORIES])
    for name in PROGRAMS:
        if found := shutil.which(name, path=path):
            return found
    raise Failure("there is no apache2 or httpd on this machine: install it, or name the program with --httpd")


def _modules() -> Path:
    for directory in MODULE_DIRECTORIES:
        if (Path(directory) / "mod_mpm_event.so").exists() or (Path(directory) / "mod_alias.so").exists():
            return Path(directory)
    raise Failure("httpd's module directory is not known: name it with --modules")


def _pyhook(named: str | None, modules: Path) -> Path:
    """A checkout's own build serves a checkout's own package."""
    build = Path(pyhook.__file__).parents[2] / "build" / "gcc"
    places = [Path(named)] if named else [build / "mod_pyhook.so", modules / "mod_pyhook.so"]
    for place in places:
        if place.exists():
            return place.resolve()
    raise Failure(f"mod_pyhook.so is not at {places[-1]}: install it, or name the file with --module")


def _compiled_in(program: str) -> Iterable[str]:
    try:
        listed = subprocess.run([program, "-l"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as problem:
        raise Failure(f"{program} can't be run: {problem}") from problem
    return re.findall(r"^\s+(\w+)\.c$", listed.stdout, re.MULTILINE)
