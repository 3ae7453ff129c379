"""Plots the figures: a group of bars for each case, as long as the ratio of requests per second."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from report import Row, row
from rounds import Result

LEFT, WIDTH, RIGHT = 210, 480, 60
BAR, GAP = 16, 14
COLOURS = {
    "C": "#888888",
    "httpd": "#888888",
    "mod_pyhook": "#2b6cb0",
    "mod_wsgi embedded": "#c05621",
    "mod_wsgi daemon": "#dd9b6d",
    "mod_python": "#b7791f",
    "mod_perl": "#6b46c1",
    "mod_lua": "#2f855a",
}


def svg(results: Iterable[Result]) -> str:
    """Leave out ratios that the rule refuses, and cases that have none left."""
    rows = [one for one in map(row, results) if one["ratio"] is not None]
    longest = max((ratio_of(one) for one in rows), default=1.0)
    marks: list[str] = []
    y = GAP
    for name in dict.fromkeys(str(one["case"]) for one in rows):
        marks.append(text(8, y + BAR, name, "bold"))
        y += BAR + 6
        for found in rows:
            if found["case"] == name:
                marks += bar(found, y, longest)
                y += BAR
        y += GAP
    one = place(1, longest)
    base = f'<line x1="{one}" x2="{one}" y1="0" y2="{y}" stroke="#444444" stroke-dasharray="3 3"/>'
    size = f'width="{LEFT + WIDTH + RIGHT}" height="{y}" viewBox="0 0 {LEFT + WIDTH + RIGHT} {y}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="12">'
    title = "<title>Requests per second, as a ratio to the first contender of each case</title>"
    paper = f'<rect width="{LEFT + WIDTH + RIGHT}" height="{y}" fill="#ffffff"/>'
    return "\n".join([head, title, paper, *marks, *([base] if rows else []), "</svg>"]) + "\n"


def ratio_of(one: Row) -> float:
    return float(one["ratio"] or 0)


def place(ratio: float, longest: float) -> int:
    return LEFT + round(WIDTH * ratio / longest)


def bar(one: Row, y: int, longest: float) -> Iterator[str]:
    label, end = str(one["contender"]), place(ratio_of(one), longest)
    colour = COLOURS.get(label.partition(":")[0], "#888888")
    yield text(24, y + BAR - 4, label)
    yield f'<rect x="{LEFT}" y="{y + 1}" width="{end - LEFT}" height="{BAR - 2}" fill="{colour}"/>'
    yield text(end + 4, y + BAR - 4, f"{ratio_of(one):.2f}")


def text(x: int, y: int, words: str, weight: str = "normal") -> str:
    return f'<text x="{x}" y="{y}" font-weight="{weight}">{escape(words)}</text>'
