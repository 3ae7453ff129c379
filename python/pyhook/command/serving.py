"""A private httpd in the foreground, until it is told to stop."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType

from pyhook.command.configuration import CONSOLE, Site, configuration
from pyhook.command.failure import Failure
from pyhook.command.httpd import Httpd

PR_SET_PDEATHSIG = 1
PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1)
PATIENCE = 30.0
"""Seconds that httpd may take until it is said that it serves."""
PATIENCE_WITH_OUTPUT = 5.0
"""Seconds to wait, when httpd has ended, for the end of what it writes."""


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
    print(f"Starting {httpd.program} …", file=sys.stderr, flush=True)
    check_configuration(httpd.program, file)
    return _run(command, site)


def _check_port(site: Site) -> None:
    family = socket.AF_INET6 if ":" in site.host else socket.AF_INET
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((site.host, site.port))
        except socket.gaierror as problem:
            raise Failure(f"--host {site.host} is no address: write one of this machine, 127.0.0.1 or 0.0.0.0 for example") from problem
        except OSError as problem:
            if problem.errno == errno.EADDRNOTAVAIL:
                raise Failure(f"--host {site.host} is no address of this machine: write one, or 0.0.0.0 for all") from problem
            reason = "only root may use ports below 1024" if problem.errno == errno.EACCES else problem.strerror or str(problem)
            raise Failure(f"port {site.port} of {site.host} can't be used: {reason}. Choose another with --port") from problem


def check_configuration(program: str, file: Path) -> None:
    checked = subprocess.run([program, "-t", "-f", str(file)], capture_output=True, text=True, check=False)
    if checked.returncode != 0:
        raise Failure(f"httpd refuses the configuration:\n{checked.stderr.strip()}")


def _run(command: Sequence[str], site: Site) -> int:
    """In a session of its own: httpd signals its whole process group, and stops when a terminal changes its size."""
    output, errors = _Relay(1), _Relay(2)
    server = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output.end,
        stderr=errors.end,
        start_new_session=True,
        preexec_fn=_end_with_parent,
    )
    output.start()
    errors.start()
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
    output.finish()
    errors.finish()
    return 0 if stopped else status or 1


class _Relay:
    """Copies what httpd writes to a descriptor that this process was given.

    httpd opens its logs by name, /dev/stderr for example. That fails where the descriptor is a socket, as systemd gives
    it, or belongs to another user, as under sudo -u. A pipe of this process can be opened.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._source, self.end = os.pipe()
        self._thread = threading.Thread(target=self._copy, daemon=True)

    def start(self) -> None:
        """Begin, once httpd has `end`."""
        os.close(self.end)
        self._thread.start()

    def finish(self) -> None:
        """Wait for the rest, but not for ever: a process that the application has left behind may hold the pipe."""
        self._thread.join(PATIENCE_WITH_OUTPUT)

    def _copy(self) -> None:
        takes = True
        while piece := os.read(self._source, 65536):
            try:
                while takes and piece:
                    piece = piece[os.write(self._descriptor, piece) :]
            except OSError:  # nobody reads any more; httpd must not wait for it
                takes = False


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
    if site.console:
        print(f"{site.url.rstrip('/')}{CONSOLE}/  the console", file=sys.stderr)
    if site.may_look_inside:
        print(f"pyhook ps --run {shlex.quote(str(site.directory))} tells what runs.", file=sys.stderr)
    print("Ctrl-C stops the server.", file=sys.stderr, flush=True)
