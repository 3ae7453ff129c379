"""A contender's httpd: its configuration, its start and its end."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sysconfig
import time
import urllib.error
import urllib.request
from pathlib import Path

import peers
from case import Case
from places import ACCOUNT, HTTPD, Stage, apxs, find_module

# The same for every contender. Nothing is logged per request, because the log would be measured.
COMMON = """\
ServerName localhost
Listen 127.0.0.1:@port@
ServerRoot "@run@"
DocumentRoot "@stage@/htdocs"
DefaultRuntimeDir "@run@"
PidFile "@run@/httpd.pid"
ErrorLog "@run@/error_log"
LogLevel warn
TypesConfig /dev/null
ServerLimit 1
StartServers 1
ThreadLimit @threads@
ThreadsPerChild @threads@
MaxRequestWorkers @threads@
MinSpareThreads 1
MaxSpareThreads @threads@
MaxConnectionsPerChild 0
KeepAlive On
MaxKeepAliveRequests 0
KeepAliveTimeout 60
EnableSendfile Off
HostnameLookups Off
AcceptPathInfo On
<Directory />
    AllowOverride None
    Require all granted
</Directory>
"""
COMMON_MODULES = {
    "mpm_event_module": "mod_mpm_event.so",
    "authz_core_module": "mod_authz_core.so",
    "mime_module": "mod_mime.so",
    "rewrite_module": "mod_rewrite.so",
}
DEADLINE = 20


class Unavailable(Exception):
    """A contender that cannot take part; the text says why."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def perl_version() -> str:
    found = subprocess.run(["perl", "-e", 'printf "%vd", $^V'], capture_output=True, text=True).stdout
    return ".".join(found.split(".")[:2])


class Server:
    def __init__(self, stage: Stage, build: Path, case: Case, label: str, threads: int = 25) -> None:
        self.case, self.label, self.stage, self.build = case, label, stage, build
        self.peer = peers.BY_NAME[label.partition(":")[0]]
        self.port, self.second = free_port(), free_port()
        self.run = stage.own(stage.path / "run" / re.sub(r"\W+", "-", f"{case.name}-{label}"))
        stage.bring_extensions(build)
        self.process: subprocess.Popen[bytes] | None = None
        self.configuration = self.run / "httpd.conf"
        self.configuration.write_text(self.filled_in(self.text(), threads))
        own = {name: self.filled_in(value, threads) for name, value in self.peer.environment.items()}
        self.environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"} | own

    def text(self) -> str:
        modules = COMMON_MODULES | self.case.modules | self.peer.modules
        loads = [f'LoadModule {name} "{self.module(file)}"\n' for name, file in modules.items()]
        return "".join(loads) + COMMON + self.peer.settings + self.case.contenders[self.label]

    def module(self, file: str) -> Path:
        found = find_module(file, self.build)
        if found is None:
            raise Unavailable(f"there is no {file}: t/bench/install brings the peers")
        return found if found.is_relative_to(apxs("LIBEXECDIR")) else self.stage.bring(found)

    def filled_in(self, text: str, threads: int) -> str:
        words = {
            "port": self.port,
            "second": self.second,
            "libexec": apxs("LIBEXECDIR"),
            "threads": threads,
            "stage": self.stage.path,
            "run": self.run,
            "multiarch": sysconfig.get_config_var("MULTIARCH"),
            "perl": perl_version(),
        } | {name: self.stage.path / name for name in ("apps", "python", "peers", "compiled")}
        return re.sub(r"@([a-z]+)@", lambda match: str(words.get(match[1], match[0])), text)

    def check(self) -> None:
        """Check the configuration. Raises Unavailable, with httpd's message, if it is refused."""
        tested = subprocess.run(self.command("-t"), **ACCOUNT, env=self.environment, capture_output=True, text=True)
        if tested.returncode != 0:
            lines = [line for line in tested.stderr.splitlines() if not line.startswith("AH00526")]
            raise Unavailable(lines[0] if lines else "httpd -t refuses its configuration")

    def command(self, *more: str) -> list[str]:
        return [HTTPD, "-f", str(self.configuration), *more]

    def launch(self, *in_front: str, mode: str = "-DFOREGROUND") -> None:
        """Start httpd, perhaps under a tool, and do not wait for anything."""
        with (self.run / "stderr").open("wb") as errors:
            self.process = subprocess.Popen(
                [*in_front, *self.command(mode)], **ACCOUNT, env=self.environment, stderr=errors, cwd=self.run
            )

    def start(self, *in_front: str, mode: str = "-DFOREGROUND") -> None:
        """Start it, if its configuration is right, and wait until it gives the right answer."""
        self.check()
        self.launch(*in_front, mode=mode)
        assert self.process is not None
        problem = "no answer"
        end = time.monotonic() + DEADLINE * (5 if in_front else 1)
        while time.monotonic() < end and self.process.poll() is None:
            try:
                answer = self.ask()
            except urllib.error.HTTPError as error:
                problem = f"it answers {error.code}"
                if error.code != 503:  # what is behind a proxy starts
                    break
                time.sleep(0.05)
                continue
            except OSError:
                time.sleep(0.05)
                continue
            if answer == self.case.answer:
                return
            problem = f"it answers {answer[:40]!r}"
            break
        self.stop()
        raise Unavailable(f"{problem}; {self.last_error()}")

    def ask(self, host: str = "localhost") -> bytes:
        headers = dict(line.split(": ", 1) for line in self.case.headers) | {"Host": host}
        request = urllib.request.Request(self.url, self.case.body or None, headers)
        with urllib.request.urlopen(request, timeout=DEADLINE) as response:
            answer: bytes = response.read()
            return answer

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.case.path}"

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def last_error(self) -> str:
        log = self.run / "error_log"
        lines = log.read_text(errors="replace").splitlines() if log.exists() else []
        signs = (":error]", ":crit]", ":emerg]", "exit signal")
        found = [line for line in lines if any(sign in line for sign in signs)]
        return found[-1] if found else "its log says nothing"

    @property
    def ended(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def stop(self) -> None:
        if self.process is None or self.ended:
            return
        self.process.terminate()
        try:
            self.process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
