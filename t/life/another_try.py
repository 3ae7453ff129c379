"""Imports that fail until a file is there, as if a database were away."""

from __future__ import annotations

import os

import pyhook

PLACE = os.environ["PYHOOK_TEST_PLACE"]


def mark(what: str) -> None:
    with open(f"{PLACE}/{what}", "a") as file:
        file.write(f"{pyhook.interpreter_name()}\n")


def reach(what: str) -> None:
    with open(f"{PLACE}/{what}.tries", "a") as file:
        file.write("x")
    if not os.path.exists(f"{PLACE}/there"):
        raise (MemoryError if what == "memory" else OSError)(f"no {what} today")


class Connected:
    def __init__(self) -> None:
        reach("instance")

    def __call__(self, req: object) -> str:
        return "served\n"
