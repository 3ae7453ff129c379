"""Counts instructions per request, in user space: by callgrind in httpd -X, only while requests are served."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from load import Client
from places import ACCOUNT
from server import Server, Unavailable

THREADS = 2
WARM_UP = 200


def count(server: Server, requests: int, keep: Path | None = None) -> float:
    """Count them. Other work on the machine does not change the count. `keep` is where callgrind's file goes."""
    if server.peer.forks:
        raise Unavailable("it needs more than the one process of httpd -X")
    output = server.run / "callgrind.out"
    tool = ["valgrind", "-q", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={output}"]
    server.start(*tool, mode="-X")
    client = Client(server)
    try:
        client.ask(WARM_UP)
        control(server, "-i", "on")
        client.ask(requests)
        control(server, "-i", "off")
        client.close()
    finally:
        server.stop()
    total = re.search(r"^totals: (\d+)", output.read_text(errors="replace"), re.MULTILINE)
    if total is None:
        raise RuntimeError("callgrind has counted nothing")
    if keep is not None:
        keep.parent.mkdir(parents=True, exist_ok=True)
        keep.write_bytes(output.read_bytes())
    return int(total[1]) / requests


def control(server: Server, *words: str) -> None:
    subprocess.run(["callgrind_control", *words, str(server.pid)], check=True, **ACCOUNT, capture_output=True)
