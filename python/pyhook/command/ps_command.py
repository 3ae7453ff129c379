"""`pyhook ps` and `pyhook stacks`: what the children of a running server do now."""

from __future__ import annotations

import argparse
import json
import sys
import time
from itertools import count
from typing import TYPE_CHECKING

from pyhook.command.children import Answer, add_options, ask_all
from pyhook.command.failure import Failure
from pyhook.command.tables import print_json, print_table, printable
from pyhook.command.words import PID, number

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

HEADS = ("PID", "MEMORY", "UP", "INTERPRETER", "AGE", "IN", "PHASE", "REQUEST", "CLIENT")


def add_to(commands: Commands) -> None:
    ps = commands.add_parser(
        "ps",
        help="list the children of a running server and their requests",
        description="List the children and worker processes of a running server, and the requests that run in Python.",
    )
    add_options(ps)
    ps.set_defaults(run=run_ps)
    top = commands.add_parser(
        "top",
        help="show the children of a running server and their requests, again and again",
        description="Show what pyhook ps lists, anew every second, until Ctrl-C.",
    )
    top.add_argument("--times", metavar="N", type=number(1, 10**6), help="end after so many times")
    add_options(top)
    top.set_defaults(run=run_top)
    stacks = commands.add_parser(
        "stacks",
        help="show the Python stacks of all running requests",
        description="Show the Python stacks of the requests that run in Python, of all children and worker processes or of one.",
    )
    stacks.add_argument("pid", metavar="PID", nargs="?", type=PID, help="only this child or worker process")
    add_options(stacks)
    stacks.set_defaults(run=run_stacks)


def run_ps(arguments: argparse.Namespace) -> int:
    children = ask_all(arguments, "ps")
    if arguments.json:
        print_json(children)
    else:
        print_table(HEADS, rows_of(children))
    return 0


def run_top(arguments: argparse.Namespace) -> int:
    """On a terminal each table takes the place of the one before."""
    try:
        for shown in count(1):
            children = ask_all(arguments, "ps")
            if sys.stdout.isatty() and not arguments.json:
                print("\x1b[H\x1b[2J", end="")
            if arguments.json:
                print(json.dumps(children), flush=True)
            else:
                print_table(HEADS, rows_of(children))
            if shown == arguments.times:
                break
            time.sleep(1)
    except KeyboardInterrupt:
        print()
    return 0


def rows_of(children: list[Answer]) -> list[tuple[object, ...]]:
    """A row for each request; a child without any has one for itself. Then one for each worker process."""
    rows: list[tuple[object, ...]] = []
    for child in children:
        own = (child["pid"], *memory_and_age(child))
        rows += [(*own, *cells_of(call)) for call in child["calls"]] or [filled(own)]
    for process in processes_of(children):
        rows.append(filled((process["pid"] or "-", *memory_and_age(process), process["name"], "", process["state"])))
    return rows


def memory_and_age(process: Answer) -> tuple[str, str]:
    return f"{process['memory'] / 1e6:.0f} MB", duration(process["age"])


def duration(seconds: float) -> str:
    """As 59 s, 59 min, 47 h or 3 d."""
    for unit, size, most in (("s", 1, 60), ("min", 60, 60), ("h", 3600, 48)):
        if seconds < size * most:
            return f"{seconds // size:.0f} {unit}"
    return f"{seconds // 86400:.0f} d"


def filled(cells: tuple[object, ...]) -> tuple[object, ...]:
    return (*cells, *[""] * (len(HEADS) - len(cells)))


def processes_of(children: list[Answer]) -> list[Answer]:
    """The worker processes. Each child sees them all, and one that was asked later may know a successor."""
    return list({process["name"]: process for child in children for process in child["processes"]}.values())


def cells_of(call: Answer) -> tuple[object, ...]:
    return call["interpreter"], f"{call['age']:.1f} s", where(call), call["phase"], f"{call['method']} {call['uri']}", call["client"]


def where(call: Answer) -> str:
    """Where the request is: in Python or in httpd on its thread, on the event loop, or in a worker process."""
    if "task" in call:
        return "loop"
    if "in_process" in call:
        return f"process {call['process']}" if call["process"] else "queue"
    return "Python" if call["in_python"] else "httpd"


def run_stacks(arguments: argparse.Namespace) -> int:
    children = ask_all(arguments, "stacks", pid=arguments.pid)
    if arguments.pid is not None:
        children = only(arguments.pid, children)
    if arguments.json:
        print_json(children)
        return 0
    for child in children:
        for call in child["calls"]:
            interpreter, age, place, phase, request, client = cells_of(call)
            print_stack(f"{child['pid']} {interpreter}: {phase} {request} from {client}, {age}, in {place}", call["stack"])
        for interpreter in child["silent"]:
            print(f"{child['pid']} {interpreter}: no answer, because nobody gets its GIL\n")
    for process in processes_of(children):
        print_process(process)
    return 0


def only(pid: int, children: list[Answer]) -> list[Answer]:
    """Leave out what is not of this child or worker process."""
    for child in children:
        if child["pid"] == pid:
            return [{**child, "processes": []}]
    for child in children:
        if processes := [process for process in child["processes"] if process["pid"] == pid]:
            return [{**child, "calls": [], "silent": [], "processes": processes}]
    raise Failure(f"there is no child {pid} with a control socket, and no worker process: pyhook ps lists them")


def print_stack(head: str, entries: list[str]) -> None:
    print(printable(head))
    for entry in entries:
        print("\n".join(printable(line) for line in entry.splitlines()))
    print()


def print_process(process: Answer) -> None:
    for request in requests_of(process):
        print_stack(f"{process['pid']} {process['name']}: {request['request']}, {request['seconds']:.1f} s", [request["stack"]])
    if not process["said"] and process["state"] == "ready":
        print(f"{process['pid']} {process['name']}: no answer, because no Python runs in it\n")


def requests_of(process: Answer) -> list[Answer]:
    """What a process has said, which nobody may believe: an application could say something else."""
    try:
        said = json.loads(process["said"] or "[]")
        return [
            {"request": str(each["request"]), "seconds": float(each["seconds"]), "stack": str(each["stack"])} for each in said
        ]
    except (ValueError, TypeError, KeyError, RecursionError):
        return []
