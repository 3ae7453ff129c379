"""Values that are watched while the server runs, and the conditions at its end."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median

from measure import PROC, tree
from soaked import Soaked

CRASH = re.compile(r"exit signal|AH0005[12]|Assertion .* failed|terminate called|Fatal Python error|Sanitizer", re.I)
GROWTH = 1024
"""KB by which a process may be larger in the last third than in the middle one, because of allocators."""
WAITING = 3
"""Request objects of an idle child that wait for its next call: one in each interpreter."""
REFERENCES = 0.05
"""Python references per request that a debug build may count in addition, for caches that fill."""


@dataclass
class Watch:
    """Memory over time, in KB."""

    server: Soaked
    parent: list[int] = field(default_factory=list)
    child: list[int] = field(default_factory=list)
    """The largest child of each sample."""

    def sample(self) -> None:
        sizes = [size for pid in tree(self.server.pid) if (size := memory(pid))]
        if len(sizes) > 1:
            self.parent.append(sizes[0])
            self.child.append(max(sizes[1:]))

    def problems(self) -> Iterator[str]:
        for name, sizes in (("parent", self.parent), ("largest child", self.child)):
            middle, last = thirds(sizes)
            if last > middle + max(GROWTH, middle // 20):
                yield f"the {name} grows: {middle} KB in the middle third, {last} KB in the last"

    def summary(self) -> str:
        (parent, parent_last), (child, child_last) = thirds(self.parent), thirds(self.child)
        return f"memory: parent {parent} → {parent_last} KB, largest child {child} → {child_last} KB"


def memory(pid: int) -> int:
    """Return the memory that a process has written to, in KB: sharing a page with its parent changes with every
    restart.
    """
    try:
        text = (PROC / str(pid) / "smaps_rollup").read_text()
    except OSError:  # it has just ended
        return 0
    found = re.search(r"^Anonymous:\s+(\d+)", text, re.MULTILINE)
    return int(found[1]) if found else 0


def thirds(sizes: list[int]) -> tuple[int, int]:
    """Return the medians of the middle and of the last third."""
    if len(sizes) < 3:
        return (0, 0)
    third = len(sizes) // 3
    return int(median(sizes[third : 2 * third])), int(median(sizes[2 * third :]))


def crash_lines(server: Soaked) -> list[str]:
    text = server.log() + (server.run / "stderr").read_text(errors="replace")
    return [line for line in text.splitlines() if CRASH.search(line)]


def objects(server: Soaked) -> int:
    """Return the number of Python objects for requests, ended or not, in all interpreters of all children."""
    said = server.get("/server-status?auto")
    return sum(int(count) for count in re.findall(r"^PyHook\[.*?\]Objects: (\d+)", said, re.MULTILINE))


def objects_left(server: Soaked) -> int:
    """The same once the server is idle, without those that wait for the next call of their child."""
    processes = len(tree(server.pid)) - 1
    end = time.monotonic() + 20
    while True:
        for path in ("/hello", "/named") * 16:
            server.get(path)
        left = objects(server) - WAITING * processes
        if left <= 0 or time.monotonic() > end:
            return max(left, 0)
        time.sleep(0.2)


def references(server: Soaked) -> int:
    """Return the count of a debug build of Python in the child; 0 in other builds."""
    return int(server.get("/references").split()[1])
