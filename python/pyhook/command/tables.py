"""Tables on a terminal: by `rich` where it is installed, plain otherwise and for other programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence


def print_json(value: object) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=True))


def print_table(heads: Sequence[str], rows: Iterable[Sequence[object]], colours: Sequence[str] = ()) -> None:
    """`colours`: a style of `rich` for each row, or nothing."""
    texts = [[printable(str(cell)) for cell in row] for row in rows]
    if not (sys.stdout.isatty() and _print_rich(heads, texts, colours)):
        print("\n".join(plain_lines(heads, texts)))


def printable(text: str) -> str:
    """Without what a terminal would take for an order."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def plain_lines(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in [heads, *rows]]


def _print_rich(heads: Sequence[str], rows: Sequence[Sequence[str]], colours: Sequence[str]) -> bool:
    try:
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text
    except ImportError:
        return False
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in heads:
        table.add_column(head, overflow="fold")
    for index, row in enumerate(rows):
        table.add_row(*map(Text, row), style=colours[index] if index < len(colours) else None)
    Console().print(table)
    return True
