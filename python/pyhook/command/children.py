"""The children of a running server, and what they answer on their control sockets (PyHookControl)."""

from __future__ import annotations

import argparse
import json
import os
import socket
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from pyhook.command.failure import Failure

Answer = dict[str, Any]

RUN_DIRECTORIES = ("/run/apache2", "/run/httpd")
LONGEST_WAIT = 10.0
"""Seconds that an answer may take besides what it was told to take."""


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--run",
        metavar="DIR",
        dest="runtime_directory",
        type=Path,
        help="DefaultRuntimeDir of the server (by default $APACHE_RUN_DIR, /run/apache2 or /run/httpd)",
    )
    parser.add_argument("--json", action="store_true", help="print JSON, for other programs")


def ask_all(arguments: argparse.Namespace, line: str, seconds: float = 0, pid: int | None = None) -> list[Answer]:
    """Ask all children at the same time, or only the one of this number, if it is one. Who ends meanwhile is left out."""
    sockets = sorted(sockets_in(directory_of(arguments)))
    sockets = [path for path in sockets if path.stem == str(pid)] or sockets
    with ThreadPoolExecutor(max_workers=max(1, len(sockets))) as threads:
        answers = threads.map(lambda path: ask(path, line, seconds + LONGEST_WAIT), sockets)
        return [answer for answer in answers if answer is not None]


def directory_of(arguments: argparse.Namespace) -> Path:
    candidates: Iterable[str | Path] = (
        [arguments.runtime_directory] if arguments.runtime_directory else [os.environ.get("APACHE_RUN_DIR") or "", *RUN_DIRECTORIES]
    )
    tried = [Path(each) / "pyhook" for each in candidates if each]
    for path in tried:
        if path.is_dir():
            return path
    raise Failure(
        f"there is no {' or '.join(map(str, tried))}: is the server running, with PyHookControl On? "
        "--run names its DefaultRuntimeDir"
    )


def sockets_in(directory: Path) -> list[Path]:
    try:
        found = [path for path in directory.iterdir() if path.suffix == ".socket"]
    except PermissionError:
        raise Failure(f"{directory} is only for root and the server's user: use sudo") from None
    if not found:
        raise Failure(f"no child listens in {directory}: the server has stopped or is starting, or its error log says why they can't")
    return found


def ask(path: Path, line: str, patience: float) -> Answer | None:
    """Return what a child answers; None if it has ended."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(patience)
            connection.connect(str(path))
            connection.sendall(f"{line}\n".encode())
            with connection.makefile("rb") as stream:
                text = stream.read()
    except TimeoutError:
        raise Failure(f"the child {path.stem} does not answer within {patience:g} seconds") from None
    except PermissionError:
        raise Failure(f"{path} is only for root and the server's user: use sudo") from None
    except (FileNotFoundError, ConnectionError):
        return None
    if not text:
        return None
    answer: Answer = json.loads(text)
    if "error" in answer:
        raise Failure(f"the child {path.stem} answers: {answer['error']}")
    return answer
