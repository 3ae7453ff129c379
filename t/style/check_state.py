#!/usr/bin/python3
"""Check that the module has no hidden state: check_state.py MODULE.so

This file lists every object of the built module that can change while it runs, with the reason for it.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator

# State of this process. A signal handler, an httpd callback or a thread gets no pointer that leads to it.
PROCESS = {
    "the_child": "the child: httpd's hooks and signal handlers are given no pointer",
    "Interpreters::of_this_process_": "the interpreters of the child, which every hook asks for",
    "process": "whether the process stops: asked by whatever goes on for long, set in a signal handler",
    "sigterm": "what our signal handler needs, and the handler that it stands before",
    "calls": "the calls into Python that run now: any thread may look",
    "all()::elsewhere": "the requests whose Python runs in event loops and processes: any thread may look",
    "RunningCalls::watched_": "whether they are noted: decided when the child starts",
    "recycled": "whether this child leaves: its accept function is called with no pointer",
    "in_forked_process": "set by pthread_atfork, which has no argument",
    "Fork::only_": "the interpreter that may be forked: pthread_atfork's functions have no argument",
    "is_threaded()::threaded": "what the MPM answers, asked once",
    "is_known_to_mpm()::known": "the same",
    "LoopPollers::here()::only": "the pollers of all event loops, also of replaced interpreters: the end of the child stops them",
    "Poller::here()::only": "the thread that waits for suspended connections: httpd's hook is given no pointer",
    "leave_key()::key": "a thread key, which the process has once",
    "election": "mod_watchdog is asked in the parent, and answers in the child",
    "board": "the shared memory of /server-status, made in the parent and found in the child",
    "histograms": "the shared memory of the times of callables, made in the parent",
    "numbers": "the shared memory of pyhook.metrics, made in the parent",
    "trusted_networks": "of PyHookTrace: httpd's hook is given no pointer",
    "not_shared": "counters of a child without a place there",
    "file_watch()::only": "inotify's queue: files are noted in all interpreters, requests ask outside of them",
    "last_entry": "when a refusal by worker processes was logged last: one entry a second",
    "untold": "how many were not logged since then",
    "tracers": "whether tracemalloc traces, for all interpreters: it belongs to the process",
    "unanswered()::only": "looks that worker processes have not answered: each thread of control asks",
    "unserved()::only": "WebSockets in processes that no thread serves: httpd's hook is given no pointer",
    "another_try": "whether a thread loads again what failed: the handler pyhook-health is given no pointer",
    "making_states": "tracemalloc belongs to the process: it may not stop while any thread makes a thread state",
    "Recent::here()::only": "what was told of failures and reloads: any thread may tell or look",
    "Watch::here()::only": "the thread that sends what waits, one for all requests",
}

# State of this reading of the configuration: all is registered with httpd again each time.
READING = {"reading": "numbers and handles from httpd, for functions that it calls with no pointer"}

# State of this thread: what it works for. A scope sets it, and restores it at its end.
THREAD = {
    "generator": "of the ids of traces: the kernel is asked for random numbers once",
    "attachment": "attached: where, and the thread states that it keeps",
    "Fork::here_": "attached for the time of a fork, between two of pthread_atfork's functions",
    "ThreadWork::of_this_thread": "serving, keeping, lending, filtering, and the event loop that it runs",
    "innermost": "question",
    "calling": "a call because something is logged",
    "status() const::letters": "a text for one expression",
}

# Tables that CPython or httpd takes without const. No code changes them.
TABLES = re.compile(
    r"\b(methods|all_methods|method|write_method|properties|fields|members|slots|spec|rows|functions|definition|names|table"
    r"|pyhook_module)$"
)
COMPILERS = re.compile(r"^(completed|__TMC_END__|_TLS_MODULE_BASE_|__dso_handle|DW\.ref\..*|guard variable for .*|std::.*)$")
WRITABLE = {".data", ".bss", ".tdata", ".tbss"}


def main() -> int:
    known = {**PROCESS, **READING, **THREAD}
    names = set(objects(sys.argv[1]))
    if len(names) < len(known):
        print(f"{sys.argv[1]}: too few symbols to judge: was it stripped?")
        return 1
    found = {name: known_as(name, known) for name in names}
    problems = [f"{name}: can change, and no reason stands in t/style/check_state.py" for name in names if not found[name]]
    problems += [f"{key}: stands in t/style/check_state.py, and is no more" for key in {*known} - {*found.values()}]
    print(*sorted(problems), sep="\n", end="\n" if problems else "")
    return 1 if problems else 0


def objects(module: str) -> Iterator[str]:
    """Yield the objects in sections that are writable at run time. clang splits a record and numbers its parts."""
    sections = dict(re.findall(r"^\s*\[\s*(\d+)\]\s+(\S+)", read("readelf", "--wide", "--sections", module), re.MULTILINE))
    symbols = []
    for line in read("readelf", "--wide", "--symbols", module).splitlines():
        words = line.split()
        if len(words) == 8 and words[3] in {"OBJECT", "TLS"} and sections.get(words[6]) in WRITABLE:
            symbols.append(re.sub(r"\.\d+$", "", words[7]))
    for name in read("c++filt", *symbols).splitlines() if symbols else ():
        if not COMPILERS.match(name) and not TABLES.search(name):
            yield name


def known_as(name: str, known: dict[str, str]) -> str:
    return next((key for key in known if name == key or name.endswith("::" + key)), "")


def read(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    sys.exit(main())
