"""The command line of t/soak/run."""

from __future__ import annotations

import argparse
import math
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from ending import unwind_when_told
from places import PROJECT
from soaked import Settings, Soaked, make_stage
from traffic import KINDS, Cut, files_over_http2, over_http2
from watching import REFERENCES, Watch, crash_lines, objects_left, references

CLIENTS = 6
CHANCE = 3
"""The difference that two counts may have, in standard deviations."""


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="t/soak/run",
        description="Mixed traffic over all features: first on a server that restarts and whose children make room for "
        "others all the time, then on one whose child stays.",
    )
    parser.add_argument("minutes", type=float, nargs="?", default=10.0, help="altogether; 10 unless given")
    parser.add_argument("--mpm", action="append", choices=["event", "prefork"], help="both unless given")
    parser.add_argument("--build", type=Path, default=PROJECT / "build/gcc", help="where mod_pyhook.so is")
    parser.add_argument("--restart-every", type=float, default=4.0, metavar="SECONDS")
    parser.add_argument("--seed", type=int, default=1, help="of the choice of requests")
    return parser.parse_args()


class Soak:
    """Run clients in threads, for some time."""

    def __init__(self, server: Soaked, seed: int) -> None:
        self.server, self.seed = server, seed
        self.turns: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()
        self.cut: Counter[str] = Counter()
        """The turns of a kind whose connection ended too early, where children come and go."""
        self.lost: list[str] = []
        self.over = threading.Event()
        self.lock = threading.Lock()

    def client(self, number: int) -> None:
        chance = random.Random(self.seed * 1000 + number)
        while not self.over.is_set():
            kind = chance.choice(KINDS)
            try:
                self.note(kind.__name__, kind(self.server, chance))
            except Cut as cut:
                self.note(kind.__name__, cut.answered, cut)
            except Exception as failure:  # whatever happened, a request has not got its answer
                self.note(kind.__name__, 0, failure)

    def note(self, kind: str, answered: int, failure: Exception | None = None) -> None:
        with self.lock:
            self.turns[kind] += 1
            self.answered[kind] += answered
            if isinstance(failure, Cut) and not self.server.settings.stays:
                self.cut[kind] += 1
            elif failure is not None:
                self.lost.append(f"{kind}: {failure!r}")

    def run(self, seconds: float, watch: Watch, restart_every: float | None) -> int:
        """Return how often the server was restarted."""
        threads = [threading.Thread(target=self.client, args=(number,)) for number in range(CLIENTS)]
        for thread in threads:
            thread.start()
        restarts, begin = 0, time.monotonic()
        try:
            while (passed := time.monotonic() - begin) < seconds and not self.server.is_dead():
                if restart_every is not None and passed > restart_every * (restarts + 1):
                    self.server.graceful()
                    restarts += 1
                time.sleep(min(0.5, seconds / 60))
                watch.sample()
        finally:
            self.over.set()
            for thread in threads:
                thread.join()
        return restarts


def soak(server: Soaked, seconds: float, restart_every: float | None, seed: int) -> Iterator[str]:
    """Yield the problems, none if all is well."""
    watch, soak = Watch(server), Soak(server, seed)
    warm_up = Soak(server, seed + 1)
    warm_up.run(seconds / 10, Watch(server), None)
    counted = references(server)
    restarts = soak.run(seconds, watch, restart_every)
    asked = sum(soak.answered.values())
    kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(soak.answered.items()))
    print(f"  {asked} requests ({kinds}), {restarts} restarts; {watch.summary()}", flush=True)
    for lost in (*warm_up.lost, *soak.lost):
        yield f"lost: {lost}"
    yield from watch.problems()
    if server.has_http2 and not server.settings.stays:
        yield from cut_off(soak)
    if restart_every is None:
        yield from left_over(server, counted, asked)
    if left := objects_left(server):
        yield f"Python still has the objects of {left} requests that have ended"


def cut_off(soak: Soak) -> Iterator[str]:
    """Compare the HTTP/2 connections that ending children have cut: no more to Python than to static files."""
    ours, files = over_http2.__name__, files_over_http2.__name__
    counts = [(soak.cut[kind], soak.turns[kind]) for kind in (ours, files)]
    print("  HTTP/2 connections cut: %d of %d; of those for files %d of %d" % (*counts[0], *counts[1]), flush=True)
    (cut, turns), (files_cut, files_turns) = counts
    expected = files_cut * turns / max(files_turns, 1)
    if cut > expected + CHANCE * math.sqrt(cut + expected):
        yield f"{cut} of {turns} HTTP/2 connections were cut, but {files_cut} of {files_turns} for files"


def left_over(server: Soaked, counted: int, asked: int) -> Iterator[str]:
    if counted == 0:
        print("  references are not counted: this is no debug build of Python", flush=True)
        return
    growth = (references(server) - counted) / max(asked, 1)
    print(f"  {growth:.3f} references more per request", flush=True)
    if growth > REFERENCES:
        yield f"Python references grow by {growth:.3f} per request"


def main() -> int:
    options = parse()
    unwind_when_told()
    mpms = options.mpm or ["event", "prefork"]
    seconds = options.minutes * 60 / len(mpms) / 2
    problems = []
    for mpm in mpms:
        for restless, settings in ((True, Settings(mpm, 200)), (False, Settings(mpm, 0))):
            print(f"{mpm}, {'restarts and recycled children' if restless else 'children that stay'}:", flush=True)
            problems += run_one(settings, options, seconds, options.restart_every if restless else None)
    print(*problems, sep="\n", file=sys.stderr)
    return 1 if problems else 0


def run_one(settings: Settings, options: argparse.Namespace, seconds: float, restart_every: float | None) -> list[str]:
    with tempfile.TemporaryDirectory(prefix="pyhook-soak.") as place:
        server = Soaked(Path(place), make_stage(Path(place), options.build), settings)
        server.start()
        try:
            problems = list(soak(server, seconds, restart_every, options.seed))
        finally:
            server.stop()
        return [f"{settings.mpm}: {problem}" for problem in (*problems, *crash_lines(server))]
