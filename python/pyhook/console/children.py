"""Asks the children on their control sockets, without holding a thread."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

Answer = dict[str, Any]

PATIENCE = 5.0
"""Seconds. A child says within two which interpreters do not answer."""


async def ask(path: Path, line: str) -> Answer | None:
    """What the child of this socket answers. None if it has ended, or does not answer in time."""
    try:
        async with asyncio.timeout(PATIENCE):
            text = await _talk(path, line)
        return json.loads(text) if text else None
    except (OSError, TimeoutError, ValueError):  # ValueError: it has ended within its answer
        return None


async def _talk(path: Path, line: str) -> bytes:
    reader, writer = await asyncio.open_unix_connection(path)
    try:
        writer.write(f"{line}\n".encode())
        return await reader.read()
    finally:
        writer.close()
