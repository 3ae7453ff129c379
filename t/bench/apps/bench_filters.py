"""mod_pyhook's part of the filter cases."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

Chunks = Generator[bytes | None, bytes | None, None]


def upper(f: Any) -> Chunks:
    chunk = yield None
    while chunk is not None:
        chunk = yield chunk.upper()


def through(f: Any) -> Chunks:
    chunk = yield None
    while chunk is not None:
        chunk = yield chunk
