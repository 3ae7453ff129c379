"""The pieces of a response between the one who sends them and the one who reads them."""

from __future__ import annotations

import asyncio

HIGH = 65536
"""So many unread bytes make a coroutine wait, as a slow client does in httpd."""


class Pieces:
    """A queue of bytes; None is its end."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._unread = 0
        self._begun = asyncio.Event()
        self._has_room = asyncio.Event()
        self._has_room.set()

    def put(self, piece: bytes) -> None:
        """Add a piece; an empty one is none."""
        if not piece:
            return
        self._queue.put_nowait(piece)
        self._unread += len(piece)
        self._begun.set()
        if self._unread >= HIGH:
            self._has_room.clear()

    def end(self) -> None:
        """Add the end."""
        self._queue.put_nowait(None)
        self._begun.set()

    async def begun(self) -> None:
        """Wait for the first piece or the end."""
        await self._begun.wait()

    async def room(self) -> None:
        """Wait until less than `HIGH` bytes are unread."""
        await self._has_room.wait()

    def abandon(self) -> None:
        """Make nobody wait any more: the reader has gone."""
        self._unread = -(1 << 62)
        self._has_room.set()

    async def next(self) -> bytes | None:
        """Take the next piece."""
        piece = await self._queue.get()
        self._unread -= len(piece or b"")
        if self._unread < HIGH:
            self._has_room.set()
        return piece
