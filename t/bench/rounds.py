"""The rounds of one case: contenders side by side, loaded in turn, and the results of each."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field

from case import Case
from load import load
from measure import cpu_seconds, machine_seconds, memory
from server import Server

FOREIGN = 0.10
TRIES = 4


@dataclass(frozen=True)
class Options:
    rounds: int
    seconds: int
    connections: int


@dataclass
class Slice:
    """One contender's part of a round."""

    rate: float
    cpu: float
    p50: float
    p99: float
    foreign: float
    """The part of the machine that other programs used meanwhile."""
    base: Slice | None = None
    """The contender to compare with, in the same round."""


@dataclass
class Result:
    """The results of one contender of a case."""

    case: str
    label: str
    slices: list[Slice] = field(default_factory=list)
    skipped: str = ""
    pss: int | None = None
    private: int | None = None
    calls: float | None = None
    instructions: float | None = None
    start_up: float | None = None


def measure_slice(server: Server, seconds: int, connections: int) -> Slice:
    """Load one server for a moment; repeat it while other programs use too much of the machine."""
    for _ in range(TRIES):
        machine, own, client = machine_seconds(), cpu_seconds(server.pid), children_seconds()
        done = load(server, seconds, connections)
        machine, used = machine_seconds() - machine, cpu_seconds(server.pid) - own
        client = children_seconds() - client
        if done.errors or not done.requests:
            raise RuntimeError(f"{done.errors} errors in {done.requests} requests")
        foreign = max(0.0, machine - used - client) / (done.seconds * (os.cpu_count() or 1))
        found = Slice(done.requests / done.seconds, used / done.requests * 1e6, done.p50, done.p99, foreign)
        if foreign <= FOREIGN:
            break
    return found


def children_seconds() -> float:
    """Return the CPU time of wrk: it is the only child that has ended between two calls."""
    times = os.times()
    return times.children_user + times.children_system


def run_rounds(case: Case, servers: dict[str, Server], results: dict[str, Result], options: Options) -> None:
    for server in servers.values():
        load(server, 1, options.connections)
    for number in range(options.rounds):
        print(f"{case.name}: round {number + 1} of {options.rounds}", file=sys.stderr, flush=True)
        slices = one_round(servers, results, options)
        for label, found in slices.items():
            found.base = slices.get(next(iter(case.contenders)))
            results[label].slices.append(found)
    for label, server in servers.items():
        results[label].pss, results[label].private = memory(server.pid)


def one_round(servers: dict[str, Server], results: dict[str, Result], options: Options) -> dict[str, Slice]:
    """Leave out a contender that fails under load."""
    slices = {}
    for label, server in list(servers.items()):
        try:
            slices[label] = measure_slice(server, options.seconds, options.connections)
        except RuntimeError as failure:
            results[label].slices.clear()
            results[label].skipped = f"it failed under load: {failure}; {server.last_error()}"
            servers.pop(label).stop()
    return slices
