"""What compiled.t's filters squeeze: blanks within a piece, and across two."""

from __future__ import annotations

from collections.abc import Iterator

from pyhook import Request


def pieces(req: Request) -> Iterator[bytes]:
    yield b"a  b \t"
    yield b"\t c"
    yield b"   d\n"
