"""`pyhook serve`: an application, a handler or a directory, served at once."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pyhook.command import httpd, serving, targets
from pyhook.command.configuration import CONSOLE, Mount, Site, configuration
from pyhook.command.failure import Failure
from pyhook.command.targets import Kind, Target
from pyhook.command.words import number, pair

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

DESCRIPTION = """\
Serve TARGET by a private httpd in the foreground, until Ctrl-C. TARGET is a WSGI or ASGI application or a handler,
written as module:callable, a module with an `application` or an `app`, a .wsgi file, or a directory of files."""


def add_to(commands: Commands) -> None:
    parser = commands.add_parser("serve", help="serve an application, a handler or a directory at once", description=DESCRIPTION)
    parser.add_argument("target", metavar="TARGET")
    add_kind(parser)
    add_place(parser)
    add_content(parser)
    parser.add_argument("--access-log", action="store_true", help="a line for each request on the standard output")
    parser.add_argument("--print-config", action="store_true", help="print httpd's configuration instead")
    parser.set_defaults(run=run)


def add_kind(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--kind", choices=[str(kind) for kind in Kind if kind is not Kind.FILES], type=str,
                        help="what TARGET is, where it does not show it")  # fmt: skip


def add_place(parser: argparse.ArgumentParser) -> None:
    """Where and as whom it is served."""
    parser.add_argument("--port", type=number(1, 65535, "port"), default=8000, help="(8000)")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen at (127.0.0.1); 0.0.0.0 for all")
    parser.add_argument("--processes", type=number(1, 1000), default=1, metavar="N", help="child processes (1)")
    parser.add_argument("--threads", type=number(1, 1000), default=16, metavar="N", help="threads of each child (16)")
    parser.add_argument("--user", help="whom the children run as; needed when root starts them")
    parser.add_argument("--group", help="the user's own unless said otherwise")
    parser.add_argument("--tls", nargs=2, metavar=("CERT", "KEY"), help="serve https with these files")
    parser.add_argument("--http2", action="store_true", help="offer HTTP/2, too")
    parser.add_argument("--proxy-headers", action="store_true",
                        help="believe X-Forwarded-For and X-Forwarded-Proto: only behind a proxy that sets them")  # fmt: skip
    parser.add_argument("--httpd", metavar="PROGRAM", help="httpd's program, if it is not found")
    parser.add_argument("--modules", metavar="DIR", help="httpd's module directory, if it is not found")
    parser.add_argument("--module", metavar="FILE", help="mod_pyhook.so, if it is not found")


def add_content(parser: argparse.ArgumentParser) -> None:
    """What is served, and how Python finds it."""
    parser.add_argument("--home", metavar="DIR", help="the virtual environment (the one this command runs in)")
    parser.add_argument("--path", action="append", metavar="DIR", help="a directory to import from (this one); may be repeated")
    parser.add_argument("--static", action="append", default=[], metavar="URL=DIR", type=pair("DIR"),
                        help="serve files below a URL path; may be repeated")  # fmt: skip
    parser.add_argument("--mount", action="append", default=[], metavar="URL=TARGET", type=pair("TARGET"),
                        help="serve another target below a URL path; may be repeated")  # fmt: skip
    parser.add_argument("--reload", action="store_true", help="pick up edited code")
    parser.add_argument("--debug", action="store_true", help="show the client a page about an exception")
    parser.add_argument("--console", action="store_true", help=f"show what the server does at {CONSOLE}/, to this machine alone")
    parser.add_argument("--include", action="append", default=[], metavar="FILE", help="more of httpd's configuration")


def run(arguments: argparse.Namespace) -> int:
    found = httpd.find(arguments.httpd, arguments.modules, arguments.module)
    check_user(arguments)
    with serving.private_directory(arguments.user) as directory:
        site = site_from(arguments, directory)
        if arguments.print_config:
            print(configuration(site, found), end="")
            return 0
        return serving.serve(site, found)


def check_user(arguments: argparse.Namespace) -> None:
    if os.geteuid() == 0 and arguments.user in (None, "root"):
        raise Failure("httpd's children must not run as root: name their user with --user, for example --user www-data")
    if os.geteuid() != 0 and arguments.user is not None:
        raise Failure("only root can choose a --user: without it, the children run as you")


def site_from(arguments: argparse.Namespace, directory: Path) -> Site:
    home = arguments.home or (sys.prefix if sys.prefix != sys.base_prefix else None)
    path = [str(Path(each).resolve()) for each in arguments.path or ["."]]
    site = Site(
        directory=directory,
        mounts=list(mounts(arguments, python_of(home), path)),
        host=arguments.host,
        port=arguments.port,
        processes=arguments.processes,
        threads=arguments.threads,
        user=arguments.user,
        group=arguments.group,
        home=str(Path(home).resolve()) if home else None,
        path=path,
        tls=certificate_and_key(arguments.tls),
        http2=arguments.http2,
        reload=arguments.reload,
        debug=arguments.debug,
        access_log=arguments.access_log,
        proxy_headers=arguments.proxy_headers,
        console=arguments.console,
        include=arguments.include,
    )
    if site.console and not site.may_look_inside:
        raise Failure(f"--console: {directory} is too long for the children's sockets in it: choose a directory with a shorter path")
    return site


def certificate_and_key(files: list[str] | None) -> tuple[str, str] | None:
    if files is None:
        return None
    certificate, key = (Path(file).resolve() for file in files)
    for file in (certificate, key):
        if not file.is_file():
            raise Failure(f"--tls: there is no file {file}")
    return str(certificate), str(key)


def python_of(home: str | None) -> str:
    return str(Path(home) / "bin" / "python") if home else sys.executable


def mounts(arguments: argparse.Namespace, python: str, path: list[str]) -> Iterator[Mount]:
    kind = Kind(arguments.kind) if arguments.kind else None
    yield Mount("/", targets.find(arguments.target, python, path, kind))
    for url, word in arguments.mount:
        yield Mount(url, targets.find(word, python, path))
    for url, folder in arguments.static:
        if not Path(folder).is_dir():
            raise Failure(f"--static {url}={folder}: there is no such directory")
        yield Mount(url, Target(str(Path(folder).resolve()), Kind.FILES))
