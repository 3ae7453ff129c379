"""Servers of ASGI applications that are programs of their own: uvicorn, hypercorn, daphne."""

from __future__ import annotations

import shutil
import subprocess
import time
import urllib.request

from case import Case
from places import ACCOUNT, Stage
from server import DEADLINE, Unavailable, free_port

COMMANDS = {
    "uvicorn": ["uvicorn", "--log-level", "error", "--no-access-log", "--loop", "uvloop", "--port", "@port@"],
    "hypercorn": ["hypercorn", "--error-logfile", "-", "--bind", "127.0.0.1:@port@"],
    "daphne": ["daphne", "-v", "0", "-p", "@port@"],
}
"""uvicorn takes httptools if it is there."""

APPLICATIONS = {"hypercorn": "bench_async:reading"}
"""Those that do not serve bench_async:application."""


class Standalone:
    """Serves an application of bench_async; has what `load` and the measurements ask of a server."""

    def __init__(self, stage: Stage, name: str) -> None:
        program = shutil.which(name, path="/usr/bin")
        if program is None:
            raise Unavailable(f"there is no {name}: t/bench/install brings it")
        self.port = free_port()
        self.case = Case("scale", "", {})
        self.run = stage.path
        self.url = f"http://127.0.0.1:{self.port}/"
        words = [word.replace("@port@", str(self.port)) for word in COMMANDS[name][1:]]
        environment = {"PYTHONPATH": str(stage.path / "apps"), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
        self.process = subprocess.Popen(
            ["/usr/bin/python3", program, *words, APPLICATIONS.get(name, "bench_async:application")],
            **ACCOUNT,
            env=environment,
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.pid = self.process.pid

    def start(self) -> None:
        """Wait for its first answer."""
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end and self.process.poll() is None:
            try:
                with urllib.request.urlopen(self.url, timeout=DEADLINE) as response:
                    if response.read() == b"Hello World!":
                        return
            except OSError:
                time.sleep(0.05)
        self.stop()
        raise Unavailable("it does not answer")

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
