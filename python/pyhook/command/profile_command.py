"""`pyhook profile`: where the requests of a running server spend their time."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from pyhook.command.children import Answer, add_options, ask_all
from pyhook.command.flame import flame_graph
from pyhook.command.failure import Failure
from pyhook.command.tables import print_json, print_table
from pyhook.command.words import SECONDS, say

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

Stacks = Counter[tuple[str, ...]]
SHOWN = 20


def add_to(commands: Commands) -> None:
    parser = commands.add_parser(
        "profile",
        help="show where the requests of a running server spend their time",
        description="Look at the Python stacks of all running requests a hundred times a second.",
    )
    parser.add_argument("seconds", metavar="SECONDS", nargs="?", type=SECONDS, default=10, help="10 by default")
    parser.add_argument("--svg", metavar="FILE", type=Path, help="write a flame graph")
    parser.add_argument("--speedscope", metavar="FILE", type=Path, help="write a file for https://www.speedscope.app")
    add_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    for file in (arguments.svg, arguments.speedscope):
        if file is not None:
            check_place(file)
    children = ask_all(arguments, f"profile {arguments.seconds}", arguments.seconds)
    stacks = stacks_of(children)
    if arguments.svg:
        arguments.svg.write_text(flame_graph(stacks))
    if arguments.speedscope:
        arguments.speedscope.write_text(json.dumps(speedscope(stacks)))
    if arguments.json:
        print_json(children)
    elif stacks:
        print_table(("SELF", "TOTAL", "FUNCTION"), rows_of(stacks))
    else:
        say("No request ran in Python meanwhile.")
    return 0


def check_place(file: Path) -> None:
    """Nobody is to wait for a profile that can't be written."""
    if not file.resolve().parent.is_dir():
        raise Failure(f"{file} can't be written: there is no directory {file.resolve().parent}")


def stacks_of(children: list[Answer]) -> Stacks:
    """How often each stack was seen, in all children and interpreters."""
    stacks: Stacks = Counter()
    for child in children:
        for profile in child["profiles"]:
            for each in profile["stacks"]:
                stacks[tuple(each["frames"])] += each["count"]
    return stacks


def rows_of(stacks: Stacks) -> list[tuple[object, ...]]:
    """The lines that were seen most at the end of a stack, with the share of samples that have them at all."""
    own: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for stack, count in stacks.items():
        own[stack[-1]] += count
        for frame in set(stack):
            total[frame] += count
    samples = sum(stacks.values())
    order = sorted(total, key=lambda frame: (-own[frame], -total[frame], frame))[:SHOWN]
    return [(f"{own[frame] / samples:.0%}", f"{total[frame] / samples:.0%}", frame) for frame in order]


def speedscope(stacks: Stacks) -> dict[str, object]:
    """The file format of speedscope, with a weight of one for each sample."""
    frames = sorted({frame for stack in stacks for frame in stack})
    number = {frame: index for index, frame in enumerate(frames)}
    return {
        "$schema": "https://www.speedscope.app/file-format-schema.json",
        "shared": {"frames": [{"name": frame} for frame in frames]},
        "profiles": [
            {
                "type": "sampled",
                "name": "pyhook profile",
                "unit": "none",
                "startValue": 0,
                "endValue": sum(stacks.values()),
                "samples": [[number[frame] for frame in stack] for stack in stacks],
                "weights": list(stacks.values()),
            }
        ],
    }
