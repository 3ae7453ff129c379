"""Turns rounds into figures: medians, the rule that refuses them, Markdown and JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from statistics import median, quantiles

from cases import BY_NAME
from rounds import FOREIGN, Result

WIDEST = 0.20
FEWEST = 3
RULE = (
    "A figure is the median of the quiet rounds: those in which other programs used at most "
    f"{FOREIGN:.0%} of the machine. It is not quoted (–) when there are fewer than {FEWEST}, or when the middle half "
    f"of them spans more than {WIDEST:.0%} of the median. The CPU ratio is the exception: it is the median of all rounds, "
    "with their middle half. Other programs burden both slices of a round, so it says something on a busy machine, too."
)

Row = dict[str, float | str | None]


def quoted(values: list[float]) -> float | None:
    """Return the median, or None when the rounds disagree too much."""
    if len(values) < FEWEST:
        return None
    low, middle, high = quantiles(values, n=4, method="inclusive")
    return middle if high - low <= WIDEST * abs(median(values)) else None


def row(result: Result) -> Row:
    quiet = [one for one in result.slices if one.foreign <= FOREIGN]
    ratios = [one.rate / one.base.rate for one in quiet if one.base and one.base.foreign <= FOREIGN]
    of_cpu = [one.cpu / one.base.cpu for one in result.slices if one.base]
    low, middle, high = quantiles(of_cpu, n=4, method="inclusive") if len(of_cpu) >= FEWEST else (None, None, None)
    return {
        "case": result.case,
        "contender": result.label,
        "requests_per_second": quoted([one.rate for one in quiet]),
        "ratio": quoted(ratios),
        "cpu_microseconds": quoted([one.cpu for one in quiet]),
        "cpu_ratio": middle,
        "cpu_ratio_half": None if middle is None else f"{low:.2f}–{high:.2f}",
        "p50_microseconds": quoted([one.p50 for one in quiet]),
        "p99_microseconds": quoted([one.p99 for one in quiet]),
        "system_calls": result.calls,
        "instructions": result.instructions,
        "start_up_milliseconds": result.start_up,
        "pss_kb": result.pss,
        "private_kb": result.private,
        "foreign": median(one.foreign for one in result.slices) if result.slices else None,
        "rounds": len(quiet),
        "rounds_run": len(result.slices),
        "skipped": result.skipped,
    }


Column = tuple[str, str, Callable[[float | str], str]]
COLUMNS: list[Column] = [
    ("requests/s", "requests_per_second", "{:.0f}".format),
    ("ratio", "ratio", "{:.2f}".format),
    ("CPU µs", "cpu_microseconds", "{:.1f}".format),
    ("CPU ratio", "cpu_ratio", "{:.2f}".format),
    ("middle half", "cpu_ratio_half", str),
    ("p50 µs", "p50_microseconds", "{:.0f}".format),
    ("p99 µs", "p99_microseconds", "{:.0f}".format),
    ("system calls", "system_calls", "{:.1f}".format),
    ("instructions", "instructions", "{:.0f}".format),
    ("start-up ms", "start_up_milliseconds", "{:.0f}".format),
    ("PSS KB", "pss_kb", "{:.0f}".format),
    ("private KB", "private_kb", "{:.0f}".format),
]


def markdown(results: Iterable[Result]) -> str:
    """Write one table per case. Columns that were not asked for are left out."""
    rows = [row(result) for result in results]
    parts = []
    for name in dict.fromkeys(str(one["case"]) for one in rows):
        about = BY_NAME[name].about
        parts += [f"### {name}", "", f"{about[0].upper()}{about[1:]}.", ""]
        parts += table([one for one in rows if one["case"] == name])
    if any(one["rounds_run"] for one in rows):
        parts += [quiet_rounds(rows), "", RULE, ""]
    return "\n".join(parts)


def quiet_rounds(rows: list[Row]) -> str:
    """Say how quiet the machine was: if no round was, the table has no other times."""
    quiet, run = (sum(int(one[key] or 0) for one in rows) for key in ("rounds", "rounds_run"))
    used = median(float(one["foreign"] or 0) for one in rows if one["rounds_run"])
    return f"{quiet} of {run} slices were quiet; in the median, other programs used {used:.0%} of the machine."


def table(rows: list[Row]) -> list[str]:
    taking_part = [one for one in rows if not one["skipped"]]
    columns = [column for column in COLUMNS if any(asked_for(one, column[1]) for one in taking_part)]
    lines = ["| contender | " + " | ".join(title for title, _, _ in columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for one in taking_part:
        lines.append(f"| {one['contender']} | " + " | ".join(cell(one, column) for column in columns) + " |")
    lines.append("")
    for one in rows:
        if one["skipped"]:
            lines += [f"Not measured: {one['contender']}: {one['skipped']}", ""]
    return lines


def asked_for(one: Row, key: str) -> bool:
    of_rounds = key in ("requests_per_second", "ratio", "cpu_microseconds", "p50_microseconds", "p99_microseconds")
    return one[key] is not None or (of_rounds and bool(one["rounds_run"]))


def cell(one: Row, column: Column) -> str:
    value = one[column[1]]
    return "–" if value is None else column[2](value)


def as_json(results: Iterable[Result]) -> str:
    """Write the figures, and the slices that they are made of."""
    found = [row(result) | {"slices": [asdict(replace(one, base=None)) for one in result.slices]} for result in results]
    return json.dumps({"rule": RULE, "results": found}, indent=2)
