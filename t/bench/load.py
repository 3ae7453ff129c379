"""Loads: wrk for a time, and our own client for an exact number of requests on one connection."""

from __future__ import annotations

import http.client
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from case import Case
from places import HERE
from server import Server


@dataclass(frozen=True)
class Load:
    requests: int
    seconds: float
    p50: float
    """In microseconds, like p99."""
    p99: float
    errors: int


class Loaded(Protocol):
    """What is known of a server under load."""

    case: Case
    run: Path

    @property
    def url(self) -> str: ...


def load(server: Loaded, seconds: int, connections: int) -> Load:
    """Ask for the case's page for so long; for the one beside it, too, if there is one."""
    if not server.case.beside:
        return load_one(server, seconds, connections)
    url = server.url.removesuffix(server.case.path) + server.case.beside
    with subprocess.Popen(["wrk", "-t1", "-c4", f"-d{seconds}s", url], stdout=subprocess.DEVNULL):
        return load_one(server, seconds, connections)


def load_one(server: Loaded, seconds: int, connections: int) -> Load:
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(HERE / "wrk.lua")]
    for header in server.case.headers:
        command += ["-H", header]
    posted = []
    if server.case.body:
        body = server.run / "body"
        body.write_bytes(server.case.body)
        posted = ["--", str(body)]
    done = subprocess.run([*command, server.url, *posted], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    return Load(found["requests"], found["microseconds"] / 1e6, found["p50"], found["p99"], found["errors"])


class Client:
    """One kept connection."""

    def __init__(self, server: Server) -> None:
        self.case = server.case
        self.headers = dict(line.split(": ", 1) for line in self.case.headers)
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)

    def ask(self, times: int) -> None:
        method = "POST" if self.case.body else "GET"
        for _ in range(times):
            self.connection.request(method, self.case.path, self.case.body or None, self.headers)
            answer = self.connection.getresponse().read()
            if answer != self.case.answer:
                raise RuntimeError(f"a wrong answer under load: {answer[:80]!r}")

    def close(self) -> None:
        self.connection.close()
