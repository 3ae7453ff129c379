"""The command line of t/bench/run."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

import instructions
from case import Case
from cases import CASES, FILES
from ending import unwind_when_told
from idle import idle_memory, start_up
from measure import system_calls
from places import BENCH, PROJECT, Stage
from plot import svg
from report import as_json, markdown
from rounds import Options, Result, run_rounds
from server import Server, Unavailable


def parse() -> argparse.Namespace:
    names = [case.name for case in CASES]
    listed = "\n".join(f"  {case.name:14}{case.about}" for case in CASES)
    parser = argparse.ArgumentParser(
        prog="t/bench/run",
        description="Measure mod_pyhook beside its peers, all of them loaded in turn in one run.",
        epilog=f"cases:\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("cases", nargs="*", metavar="case", help="all cases unless some are named")
    parser.add_argument("--build", type=Path, default=PROJECT / "build/gcc", help="where mod_pyhook.so is")
    parser.add_argument("--only", action="append", default=[], metavar="CONTENDER", help="and the one ratios are to")
    parser.add_argument("--rounds", type=int, default=7, help="0: only count, as the next options say")
    parser.add_argument("--seconds", type=int, default=2, help="of load for each contender in each round")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--system-calls", action="store_true", help="count them with strace, in a separate run")
    parser.add_argument("--instructions", type=int, nargs="?", const=1000, metavar="REQUESTS", help="count them")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="where callgrind's files go, for callgrind_annotate")
    parser.add_argument("--start-up", type=int, metavar="TIMES", help="start each so often, and time the first answer")
    parser.add_argument("--svg", type=Path, metavar="FILE", help="plot the ratios, too")
    parser.add_argument("--json", action="store_true", help="instead of Markdown")
    options = parser.parse_args()
    if unknown := set(options.cases) - set(names):
        parser.error(f"no case is named {', '.join(sorted(unknown))}: there are {', '.join(names)}")
    if not (BENCH / "mod_bench.so").exists():
        parser.error("run t/bench/install first")
    return options


def main() -> int:
    options = parse()
    unwind_when_told()
    results: list[Result] = []
    stage = Stage(FILES)
    try:
        for case in CASES:
            if not options.cases or case.name in options.cases:
                results += measure_case(stage, case, options)
    finally:
        stage.remove()
    if options.svg:
        options.svg.write_text(svg(results))
    print(as_json(results) if options.json else markdown(results))
    return 0


def measure_case(stage: Stage, case: Case, options: argparse.Namespace) -> list[Result]:
    base = next(iter(case.contenders))
    results = {
        label: Result(case.name, label)
        for label in case.contenders
        if not options.only or label == base or label in options.only
    }
    if not case.hosts and (options.rounds or options.system_calls):
        under_load(stage, case, results, options)
    for result in results.values():
        if not result.skipped:
            without_load(stage, case, result, options)
        if options.instructions and not result.skipped:
            count_instructions(stage, case, result, options)
    return list(results.values())


def under_load(stage: Stage, case: Case, results: dict[str, Result], options: argparse.Namespace) -> None:
    with side_by_side(stage, case, results, options) as servers:
        if options.rounds:
            run_rounds(case, servers, results, Options(options.rounds, options.seconds, options.connections))
        if options.system_calls:
            for label, server in servers.items():
                results[label].calls = system_calls(server)


@contextlib.contextmanager
def side_by_side(
    stage: Stage, case: Case, results: dict[str, Result], options: argparse.Namespace
) -> Iterator[dict[str, Server]]:
    """Yield all contenders that could be started. The result of each other one says why it could not."""
    servers: dict[str, Server] = {}
    # If no thread is free, the event MPM closes kept connections.
    threads = 25 if options.connections < 25 else 2 * options.connections
    try:
        for label, result in results.items():
            try:
                server = Server(stage, options.build, case, label, threads)
                server.start()
                servers[label] = server
            except Unavailable as reason:
                result.skipped = str(reason)
        yield servers
    finally:
        for server in servers.values():
            server.stop()


def without_load(stage: Stage, case: Case, result: Result, options: argparse.Namespace) -> None:
    if not case.hosts and not options.start_up:
        return
    print(f"{case.name}: {result.label}", file=sys.stderr, flush=True)
    try:
        if case.hosts:
            result.pss, result.private = idle_memory(Server(stage, options.build, case, result.label))
        if options.start_up:
            result.start_up = start_up(Server(stage, options.build, case, result.label), options.start_up)
    except Unavailable as reason:
        result.skipped = str(reason)


def count_instructions(stage: Stage, case: Case, result: Result, options: argparse.Namespace) -> None:
    print(f"{case.name}: instructions of {result.label}", file=sys.stderr, flush=True)
    keep = options.keep and options.keep / f"callgrind.{case.name}.{result.label.replace(' ', '-')}"
    try:
        server = Server(stage, options.build, case, result.label, instructions.THREADS)
        result.instructions = instructions.count(server, options.instructions, keep)
    except Unavailable as reason:
        if not result.slices:
            result.skipped = str(reason)
