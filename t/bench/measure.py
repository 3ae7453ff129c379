"""Values that the kernel has for a server's processes: CPU time, memory, system calls."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from pathlib import Path

from load import Client
from server import Server

PROC = Path("/proc")


def tree(pid: int) -> list[int]:
    """Yield a process and all its descendants."""
    children: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found = [pid]
    for known in found:
        found += children.get(known, [])
    return found


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of every thread of the tree, from the scheduler's count in nanoseconds."""
    total = 0
    for process in tree(pid):
        for thread in PROC.glob(f"{process}/task/*/schedstat"):
            try:
                total += int(thread.read_text().split()[0])
            except OSError:
                continue
    return total / 1e9


def machine_seconds() -> float:
    """Return the CPU time that all processes of the machine have used."""
    fields = [int(word) for word in (PROC / "stat").read_text().splitlines()[0].split()[1:]]
    user, nice, system, _idle, _wait, irq, softirq, steal = fields[:8]
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> tuple[int, int]:
    """Return proportional and private memory of the tree without its root, in KB: the child, and daemons if there are
    any.
    """
    proportional = private = 0
    for process in tree(pid)[1:]:
        text = (PROC / str(process) / "smaps_rollup").read_text()
        sizes = {name: int(size) for name, size in re.findall(r"^(\w+):\s+(\d+) kB", text, re.MULTILINE)}
        proportional += sizes["Pss"]
        private += sizes["Private_Clean"] + sizes["Private_Dirty"]
    return proportional, private


def system_calls(server: Server, requests: int = 500) -> float:
    """Count the system calls per request of all the server's processes, on one connection."""
    client = Client(server)
    client.ask(50)
    report = server.run / "strace"
    command = ["strace", "-f", "-qq", "-c", "-o", str(report)]
    for process in tree(server.pid)[1:]:
        command += ["-p", str(process)]
    tracer = subprocess.Popen(command)
    try:
        wait_for_tracer(server, tracer.pid)
        client.ask(requests)
    finally:
        tracer.send_signal(signal.SIGINT)
        tracer.wait()
        client.close()
    total = re.search(r"^100\.00\s+\S+\s+(?:\S+\s+)?(\d+)\s+(?:\d+\s+)?total", report.read_text(), re.MULTILINE)
    if total is None:
        raise RuntimeError("strace has counted nothing")
    return int(total[1]) / requests


def wait_for_tracer(server: Server, tracer: int) -> None:
    """Wait until strace has every thread: it does not count those that it misses."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        threads = [path for process in tree(server.pid)[1:] for path in PROC.glob(f"{process}/task/*/status")]
        if all(f"TracerPid:\t{tracer}\n" in path.read_text() for path in threads):
            return
        time.sleep(0.02)
    raise RuntimeError("strace does not get at the server")
