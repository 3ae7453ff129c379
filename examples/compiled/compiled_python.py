"""A handler that computes, and a filter that looks at every byte; compiled_cython.pyx has the same in Cython."""

from __future__ import annotations

from collections.abc import Generator

from pyhook import Filter, Request


def chain(req: Request) -> str:
    """Answer with the length of the longest Collatz chain that starts below the number in the query."""
    longest = 0
    for start in range(1, int(req.args or "400")):
        number, length = start, 0
        while number != 1:
            number = 3 * number + 1 if number % 2 else number // 2
            length += 1
        longest = max(longest, length)
    return f"{longest}\n"


def squeeze(f: Filter) -> Generator[bytes | None, bytes | None, None]:
    """Make one space of each run of spaces and tabs, across chunks, too."""
    was_blank = False
    chunk = yield None
    while chunk is not None:
        kept = bytearray()
        for byte in chunk:
            is_blank = byte in b" \t"
            if not (is_blank and was_blank):
                kept.append(32 if is_blank else byte)
            was_blank = is_blank
        chunk = yield bytes(kept)
