"""The command line of t/soak/calls: a server that calls at random, clients whose headers say how, and what must hold afterwards."""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from asking import DEADLINE, Asking
from ending import unwind_when_told
from measure import tree
from places import HTTPD, PROJECT, USER
from soaked import Settings, Soaked, make_stage
from watching import crash_lines

EDIT_EVERY = 6
"""Seconds between two edits of the module, which the server then loads anew."""


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="t/soak/calls",
        description="Random calls of all that Python is given, in every phase, on requests, sub-requests, connections, filters "
        "and headers, in three interpreters that reload: nothing crashes, nobody waits for ever, and no request gets two answers.",
    )
    parser.add_argument("seconds", type=float, nargs="?", default=60.0, help="for each MPM, at most; 60 unless given")
    parser.add_argument("--requests", type=int, default=1_000_000, help="for each MPM, at most")
    parser.add_argument("--mpm", action="append", choices=["event", "prefork"], help="both unless given")
    parser.add_argument("--build", type=Path, help="where mod_pyhook.so is: build/address unless given")
    parser.add_argument("--under", choices=["address", "nothing"], default="address", help="what watches it")
    parser.add_argument("--seed", type=int, help="of the choice of requests; by chance unless given, and printed")
    parser.add_argument("--clients", type=int, default=4, help="one: all is done in the same order each time")
    parser.add_argument("--keep", type=Path, help="a new directory for the server's log and the watcher's reports")
    return parser.parse_args()


def watched_httpd(stage: Path) -> str:
    """The command that becomes httpd, watched by AddressSanitizer, which reports into t/logs."""
    script = stage / "httpd"
    script.write_text("#!/bin/sh\n" + in_library(f"httpd_under address '{stage}'"))
    script.chmod(0o755)
    return str(script)


def in_library(command: str) -> str:
    """What a function of t/lib says."""
    sources = "; ".join(f"source '{PROJECT}/t/lib/{name}.sh'" for name in ("setup", "pool_debug", "under"))
    return subprocess.run(["bash", "-c", f"{sources}; {command}"], check=False, stdout=subprocess.PIPE, text=True).stdout


def edit_now_and_then(server: Soaked, over: threading.Event) -> None:
    """The main interpreter's child then makes room for another, and the named interpreters are replaced."""
    module = server.stage / "apps/calls_site.py"
    edits = 0
    while not over.wait(EDIT_EVERY):
        edits += 1
        with module.open("a") as text:
            text.write(f"# edit {edits}\n")


def look_back(server: Soaked, asking: Asking) -> None:
    """That something has been done at all, by a server that still serves; and nobody is busy with what is over."""
    if asking.statuses[200] == 0 or asking.statuses.total() < asking.sent / 4:
        asking.problems.append(f"there were hardly any answers: {dict(asking.statuses)} to {asking.sent} requests")
    if int(patiently(server, "/counted")) == 0:
        asking.problems.append("nothing was called")
    end = time.monotonic() + DEADLINE
    while (busy := busy_workers(server)) > 1:
        if time.monotonic() > end:
            asking.problems.append(f"{busy} workers are still busy after {DEADLINE} seconds")
            return
        time.sleep(0.1)


def patiently(server: Soaked, path: str) -> str:
    """Chance may refuse a connection."""
    end = time.monotonic() + DEADLINE
    while True:
        try:
            return server.get(path)
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def busy_workers(server: Soaked) -> int:
    """In children that leave, too."""
    found = re.search(r"^Scoreboard: (.*)$", patiently(server, "/status?auto"), re.MULTILINE)
    assert found is not None
    return len(re.sub(r"[_.]", "", found[1]))


def end_gracefully(server: Soaked) -> list[str]:
    """Each child leaves when it is asked to."""
    assert server.process is not None
    os.kill(server.pid, signal.SIGWINCH)
    try:
        server.process.wait(DEADLINE)
    except subprocess.TimeoutExpired:
        return [f"children did not leave: {tree(server.pid)[1:]}"]
    return []


def run_one(mpm: str, options: argparse.Namespace) -> list[str]:
    build = options.build or PROJECT / ("build/address" if options.under == "address" else "build/gcc")
    with tempfile.TemporaryDirectory(prefix="pyhook-calls.") as place:
        stage = Path(place)
        module = make_stage(stage, build)
        (stage / "t/logs").mkdir(parents=True)
        if USER is not None:
            for each in ("apps", "t/logs"):
                shutil.chown(stage / each, USER)
        command = HTTPD if options.under == "nothing" else watched_httpd(stage)
        server = Soaked(stage, module, Settings(mpm, 0), "calls.conf", command)
        (server.run / "page.txt").write_text("a page\n")
        (server.run / "page.shtml").write_text('<!--#include virtual="/main/included" --><!--#echo var="DOCUMENT_URI" -->\n')
        server.start()
        asking = Asking(server, options.seed, options.clients, options.requests)
        try:
            ask(server, asking, options.seconds)
        finally:
            server.stop()
            if options.keep is not None:
                shutil.copytree(stage / "t/logs", options.keep / mpm)
                shutil.copy(server.run / "error_log", options.keep / mpm)
        print(summary(mpm, options.seed, asking), flush=True)
        return [f"{mpm}: {problem}" for problem in (*asking.problems, *crash_lines(server), *reports(stage))]


def ask(server: Soaked, asking: Asking, seconds: float) -> None:
    editor = threading.Thread(target=edit_now_and_then, args=(server, asking.over))
    editor.start()
    try:
        asking.run(seconds)
    finally:
        editor.join()
    if not server.is_dead():
        look_back(server, asking)
        asking.problems += end_gracefully(server)


def summary(mpm: str, seed: int, asking: Asking) -> str:
    statuses = ", ".join(f"{status}: {count}" for status, count in sorted(asking.statuses.items()))
    return f"{mpm}, seed {seed}: {asking.sent} requests, {asking.over_http2} of them over HTTP/2; answers over HTTP/1.1: {statuses}"


def reports(stage: Path) -> list[str]:
    return [path.read_text(errors="replace") for path in sorted((stage / "t/logs").glob("watcher.*"))]


def main() -> int:
    options = parse()
    unwind_when_told()
    if options.seed is None:
        options.seed = random.SystemRandom().randrange(1_000_000)
    problems = [problem for mpm in options.mpm or ["event", "prefork"] for problem in run_one(mpm, options)]
    print(*problems, sep="\n", file=sys.stderr)
    return 1 if problems else 0
