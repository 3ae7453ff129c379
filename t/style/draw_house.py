#!/usr/bin/python3
"""Draw docs/house.svg: the rooms of mod_pyhook/, with an arrow to each room that a room includes.

An arrow that others imply is left out. t/style/check_docs.py finds out when the file no longer agrees with the sources.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from check_layers import LEVELS, ROOT, folder_of, includes

PICTURE = ROOT / "docs" / "house.svg"

WIDTH, ROW, BOX, MARGIN = 780, 84, 30, 16
NAMES = {"": "mod_pyhook, directives, lifecycle"}


def main() -> int:
    PICTURE.write_text(picture())
    return 0


def picture() -> str:
    height = ROW * len(LEVELS) + MARGIN
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="14">',
            "<title>The rooms of mod_pyhook and which includes which</title>",
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
            '<path d="M0,0 L8,4 L0,8 z" fill="#777"/></marker></defs>',
            f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
            *arrows(),
            *boxes(),
            "</svg>\n",
        ]
    )


def boxes() -> Iterator[str]:
    for room, (x, y) in places().items():
        wide = width(room)
        yield f'<rect x="{x - wide / 2:g}" y="{y}" width="{wide}" height="{BOX}" rx="5" fill="#eef3fa" stroke="#456"/>'
        yield f'<text x="{x:g}" y="{y + 20}" text-anchor="middle">{NAMES.get(room, room + "/")}</text>'


def arrows() -> Iterator[str]:
    """Draw the arrows. An arrow that passes other levels goes round them."""
    place = places()
    for room, others in sorted(reduced(known_rooms()).items()):
        for other in sorted(others):
            (x, y), (to_x, to_y) = place[room], place[other]
            passed = (to_y - y) // ROW - 1
            side = x + to_x - WIDTH + (1 if x >= to_x else -1)
            bend = passed * 60 * (1 if side > 0 else -1) if passed else 0
            start, middle = y + BOX, (y + BOX + to_y) / 2
            yield (
                f'<path d="M{x:g},{start} C{x + bend:g},{middle:g} {to_x + bend:g},{middle:g} {to_x:g},{to_y}" fill="none" '
                'stroke="#777" marker-end="url(#tip)"/>'
            )


def width(room: str) -> int:
    return 24 + 8 * len(NAMES.get(room, room + "/"))


def places() -> dict[str, tuple[float, int]]:
    """Return the middle of each box's upper edge. The highest level is on top."""
    found = {}
    for row, level in enumerate(reversed(LEVELS)):
        for at, room in enumerate(level):
            found[room] = (WIDTH / 2 + (at - (len(level) - 1) / 2) * 150, MARGIN + row * ROW)
    return found


def known_rooms() -> dict[str, set[str]]:
    rooms: dict[str, set[str]] = {room: set() for level in LEVELS for room in level}
    for unit, others in includes().items():
        rooms[folder_of(unit)] |= {folder_of(other) for other in others} - {folder_of(unit)}
    return rooms


def reduced(rooms: dict[str, set[str]]) -> dict[str, set[str]]:
    def reach(room: str) -> set[str]:
        return {further for other in rooms[room] for further in {other, *reach(other)}}

    return {
        room: {other for other in others if not any(other in reach(between) for between in others - {other})}
        for room, others in rooms.items()
    }


if __name__ == "__main__":
    sys.exit(main())
