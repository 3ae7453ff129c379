"""An httpd that root starts on loopback, with everything that other users need in a directory that they can read."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HTTPD = "/usr/sbin/apache2"
TOP = Path(__file__).resolve().parents[3]

COMMON = """
ServerRoot {place}
PidFile {place}/pid
ErrorLog {place}/error_log
DefaultRuntimeDir {place}
Listen 127.0.0.1:{port}
ServerName localhost
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule pyhook_module {place}/module/mod_pyhook.so
User www-data
Group www-data
"""


class Place:
    """A directory of root's. It has the module and its package, so that nobody needs to read the source tree."""

    def __init__(self, build: Path) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="pyhook-root."))
        self.path.chmod(0o755)
        self.log = self.path / "error_log"
        self.package = self.path / "module/python"
        (self.path / "module").mkdir()
        for name in ("mod_pyhook.so", "pyhook-supervisor"):
            shutil.copy(build / name, self.path / "module" / name)
        shutil.copytree(TOP / "python", self.package, ignore=shutil.ignore_patterns("__pycache__", "tests"))
        # Who cloned this project may have kept it to himself.
        subprocess.check_call(["chmod", "-R", "a+rX", self.path / "module"])
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]

    def write(self, name: str, text: str, mode: int = 0o644) -> None:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(mode)

    def configured(self, text: str) -> Path:
        """Return the file of a configuration with these lines."""
        modules = subprocess.check_output(["apxs", "-q", "LIBEXECDIR"], text=True).strip()
        file = self.path / "httpd.conf"
        file.write_text((COMMON + text).format(place=self.path, port=self.port, modules=modules))
        return file

    @contextmanager
    def served(self, text: str) -> Iterator[None]:
        self.log.write_text("")
        httpd = subprocess.Popen([HTTPD, "-f", self.configured(text), "-DFOREGROUND"])
        try:
            yield
        finally:
            httpd.terminate()
            httpd.wait()

    def refusal(self, text: str, user: str | None = None) -> str:
        """Return what httpd -t says about a configuration; nothing if it accepts it."""
        command = [HTTPD, "-t", "-f", self.configured(text)]
        done = subprocess.run(command, user=user, capture_output=True, text=True)
        return done.stderr if done.returncode else ""

    def warnings(self, text: str, **variables: str) -> list[str]:
        """Return what httpd -t, which accepts the configuration, says about PyHookProcesses lines."""
        command = [HTTPD, "-t", "-f", self.configured(text)]
        environment = os.environ | variables
        done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment, timeout=300)
        return [line.partition("] PyHookProcesses ")[2] for line in done.stderr.splitlines() if "] PyHookProcesses " in line]

    def answer(self, path: str) -> str:
        """Return the answer, as soon as the server gives one."""
        deadline = time.monotonic() + 60
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/{path}") as response:
                    return str(response.read().decode())
            except (urllib.error.URLError, OSError) as failure:
                if time.monotonic() > deadline:
                    raise RuntimeError(f"{path}: {failure}. The log says:\n{self.log.read_text()}") from failure
                time.sleep(0.1)

    def problems_of_log(self, wanted: str) -> list[str]:
        """Return what is wrong if the log does not soon have this."""
        deadline = time.monotonic() + 60
        while wanted not in self.log.read_text():
            if time.monotonic() > deadline:
                return [f"{wanted!r} is not in the log: {self.log.read_text()}"]
            time.sleep(0.1)
        return []

    def remove(self) -> None:
        shutil.rmtree(self.path)


def differences(what: str, found: list[str], wanted: list[str]) -> list[str]:
    """Return a line for each value that is another one."""
    pairs = zip(found, wanted, strict=True)
    return [f"{what}: {one!r} instead of {other!r}" for one, other in pairs if one != other]
