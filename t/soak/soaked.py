"""The soaked server: its stage, its start, its restarts and its end."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from places import HTTPD, PROJECT, USER, apxs
from server import free_port

HERE = Path(__file__).resolve().parent
MODULES = (
    *("authn_core", "authz_core", "authz_user", "auth_basic", "alias", "deflate", "env", "filter", "include", "mime", "rewrite"),
    *("setenvif", "socache_shmcb", "ssl", "http2", "status", "watchdog"),
)
DEADLINE = 30


@dataclass(frozen=True)
class Settings:
    mpm: str
    recycle: int
    """Connections after which a child ends and is replaced; 0: never."""
    children: int = 16
    """Under prefork."""

    @property
    def stays(self) -> bool:
        """Each child stays to the end: httpd has no reason to close a connection that is in use."""
        return self.recycle == 0

    @property
    def keep_alive(self) -> int:
        """In seconds: short where it may be, so that connections end."""
        return 60 if self.stays else 1


class Soaked:
    def __init__(
        self, stage: Path, module: Path, settings: Settings, template: str = "soak.conf", command: str = HTTPD
    ) -> None:
        self.settings, self.stage, self.module = settings, stage, module
        self.template, self.command = template, command
        self.port, self.tls_port = free_port(), free_port()
        self.run = stage / f"{settings.mpm}-{settings.recycle}"
        self.run.mkdir()
        make_certificate(self.run / "certificate.pem")
        (self.run / "hello.txt").write_text("hello\n")
        self.configuration = self.run / "httpd.conf"
        self.configuration.write_text(self.text())
        own(self.run)
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def has_http2(self) -> bool:
        return self.settings.mpm != "prefork"

    def text(self) -> str:
        directory = Path(apxs("LIBEXECDIR"))
        wanted = [f"mpm_{self.settings.mpm}", *(name for name in MODULES if name != "http2" or self.has_http2)]
        loads = [
            f'LoadModule {name}_module "{directory}/mod_{name}.so"\n'
            for name in wanted
            if (directory / f"mod_{name}.so").exists()
        ]
        words = {
            "port": self.port,
            "tls_port": self.tls_port,
            "run": self.run,
            "python": self.stage / "python",
            "apps": self.stage / "apps",
            "recycle": self.settings.recycle,
            "children": self.settings.children,
            "keep_alive": self.settings.keep_alive,
        }
        fill = re.sub(r"@(\w+)@", lambda match: str(words[match[1]]), (HERE / self.template).read_text())
        return "".join(loads) + f'LoadModule pyhook_module "{self.module}"\n' + fill

    def start(self) -> None:
        environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
        for name in ("LD_LIBRARY_PATH", "LD_PRELOAD"):
            if name in os.environ:
                environment[name] = os.environ[name]
        with (self.run / "stderr").open("wb") as errors:
            self.process = subprocess.Popen(
                [self.command, "-DFOREGROUND", "-f", str(self.configuration)],
                user=USER,
                env=environment,
                stderr=errors,
                start_new_session=True,
            )
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end and self.process.poll() is None:
            try:
                self.get("/hello")
                return
            except OSError:
                time.sleep(0.05)
        self.stop()
        raise SystemExit(f"the server did not start: {(self.run / 'stderr').read_text()}{self.log()}")

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def get(self, path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=DEADLINE) as response:
            answer: str = response.read().decode()
            return answer

    def graceful(self) -> None:
        """Restart the server; return when the new generation is there."""
        before = self.generations()
        os.kill(self.pid, signal.SIGUSR1)
        end = time.monotonic() + DEADLINE
        while self.generations() == before:
            if time.monotonic() > end or self.is_dead():
                raise RuntimeError("no new generation after a graceful restart")
            time.sleep(0.02)

    def generations(self) -> int:
        return self.log().count("resuming normal operations")

    def is_dead(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def log(self) -> str:
        log = self.run / "error_log"
        return log.read_text(errors="replace") if log.exists() else ""

    def stop(self) -> None:
        if self.process is None or self.is_dead():
            return
        self.process.terminate()
        try:
            self.process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            raise RuntimeError("the server did not stop") from None


def own(path: Path) -> None:
    if USER is not None:
        for each in (path, *path.iterdir()):
            shutil.chown(each, USER)


def make_certificate(path: Path) -> None:
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost".split()
    made = subprocess.run([*command, "-keyout", "-", "-out", "-"], check=True, capture_output=True)
    path.write_bytes(made.stdout)


def make_stage(path: Path, build: Path) -> Path:
    """Put everything that the server reads where an unprivileged one can read it; return the module there."""
    shutil.copytree(HERE / "apps", path / "apps")
    shutil.copytree(PROJECT / "python", path / "python")
    shutil.copy(build / "mod_pyhook.so", path)
    path.chmod(0o755)
    return path / "mod_pyhook.so"
