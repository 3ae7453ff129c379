"""Reads the text of OpenMetrics that the handler pyhook-metrics writes."""

from __future__ import annotations

import re
from typing import TypedDict

SAMPLE = re.compile(r"(?P<name>[a-zA-Z_:][\w:]*)(?:\{(?P<labels>.*)\})? (?P<value>\S+)")
LABEL = re.compile(r'(?P<name>[a-zA-Z_]\w*)="(?P<value>(?:[^"\\]|\\.)*)"')
ESCAPE = re.compile(r"\\(.)")
MARKS = ("TYPE", "HELP", "UNIT")


class Family(TypedDict):
    """A metric. A sample has its name, its labels and its value."""

    type: str
    help: str
    unit: str
    samples: list[tuple[str, dict[str, str], float | str]]


def read(text: str) -> dict[str, Family]:
    """Return the families by name, in their order. What is no number in JSON (`NaN`, `+Inf`) stays a text."""
    families: dict[str, Family] = {}
    current: Family | None = None
    for line in text.splitlines():
        mark, name, rest = _described(line)
        if mark in MARKS:
            current = families.setdefault(name, {"type": "unknown", "help": "", "unit": "", "samples": []})
            current[mark.lower()] = rest  # type: ignore[literal-required]
        elif current is not None and (match := SAMPLE.match(line)):
            current["samples"].append((match["name"], _labels(match["labels"] or ""), _number(match["value"])))
    return families


def _described(line: str) -> tuple[str, str, str]:
    words = line.split(" ", 3)
    if words[0] != "#" or len(words) < 3:
        return "", "", ""
    return words[1], words[2], words[3] if len(words) > 3 else ""


def _labels(text: str) -> dict[str, str]:
    return {match["name"]: ESCAPE.sub(lambda escape: "\n" if escape[1] == "n" else escape[1], match["value"]) for match in LABEL.finditer(text)}


def _number(word: str) -> float | str:
    try:
        value = float(word)
    except ValueError:
        return word
    return value if abs(value) < float("inf") else word
