"""A private httpd in the foreground, until it is told to stop."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType

from pyhook.command.configuration import Site, configuration
from pyhook.command.failure import Failure
from pyhook.command.httpd import Httpd

PR_SET_PDEATHSIG = 1
PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1)
PATIENCE = 30.0
"""Seconds that httpd may take until it is said that it serves."""


@contextlib.contextmanager
def private_directory(user: str | None) -> Iterator[Path]:
    """Of this server alone; gone when it ends."""
    directory = Path(tempfile.mkdtemp(prefix="pyhook-serve-", dir=os.environ.get("XDG_RUNTIME_DIR")))
    try:
        (directory / "empty").mkdir()
        if user is not None:
            directory.chmod(0o755)
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def serve(site: Site, httpd: Httpd) -> int:
    """Runs until httpd ends. The exit status for the shell; raises Failure where it can't be started."""
    file = site.directory / "httpd.conf"
    file.write_text(configuration(site, httpd))
    _check_port(site)
    command = [httpd.program, "-f", str(file), "-DFOREGROUND"]
    _check_configuration(httpd.program, file)
    return _run(command, site)


def _check_port(site: Site) -> None:
    family = socket.AF_INET6 if ":" in site.host else socket.AF_INET
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((site.host, site.port))
        except OSError as problem:
            reason = problem.strerror or str(problem)
            raise Failure(f"port {site.port} of {site.host} can't be used: {reason}. Choose another with --port") from problem


def _check_configuration(program: str, file: Path) -> None:
    checked = subprocess.run([program, "-t", "-f", str(file)], capture_output=True, text=True, check=False)
    if checked.returncode != 0:
        raise Failure(f"httpd refuses the configuration:\n{checked.stderr.strip()}")


def _run(command: Sequence[str], site: Site) -> int:
    """In a session of its own: httpd signals its whole process group, and stops when a terminal changes its size."""
    _append_to_files()
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=_end_with_parent)
    stopped = False

    def pass_on(number: int, _frame: FrameType | None) -> None:
        nonlocal stopped
        stopped = stopped or number in (signal.SIGINT, signal.SIGTERM)
        server.send_signal(signal.SIGTERM if number == signal.SIGINT else number)

    for number in PASSED_ON:
        signal.signal(number, pass_on)
    if _answers(server, site) and not stopped:
        _say(site)
    status = server.wait()
    return 0 if stopped else status or 1


def _append_to_files() -> None:
    """httpd opens its logs anew: where they are a file, what is printed here must not overwrite them."""
    for stream in (1, 2):
        with contextlib.suppress(OSError):
            fcntl.fcntl(stream, fcntl.F_SETFL, fcntl.fcntl(stream, fcntl.F_GETFL) | os.O_APPEND)


def _end_with_parent() -> None:
    """Should this process be killed, httpd is told to stop."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _answers(server: subprocess.Popen[bytes], site: Site) -> bool:
    """httpd listens before it has read everything, and writes its process id afterwards."""
    end = time.monotonic() + PATIENCE
    while server.poll() is None and time.monotonic() < end:
        if (site.directory / "httpd.pid").exists():
            return True
        time.sleep(0.05)
    return False


def _say(site: Site) -> None:
    for mount in site.mounts:
        served = site.url.rstrip("/") + mount.url
        print(f"{served}  {mount.target.kind} {mount.target.spec}", file=sys.stderr)
    print("Ctrl-C stops the server.", file=sys.stderr, flush=True)
