"""Looks at the server, at most once a second for all viewers of a child together."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from pyhook._native import ask, main_server
from pyhook.errors import HTTPError

from .snapshot import Snapshots

if TYPE_CHECKING:
    from collections.abc import MutableMapping

SECONDS = 1.0
"""How long a snapshot counts as the latest."""

_watches: MutableMapping[asyncio.AbstractEventLoop, Watch] = WeakKeyDictionary()


class Watch:
    """The latest snapshot, as JSON."""

    @classmethod
    def here(cls) -> Watch:
        """The one of the running event loop. Raises `HTTPError` 503 without `PyHookControl On`."""
        loop = asyncio.get_running_loop()
        if loop not in _watches:
            directory = ask("pyhook-control", main_server())
            if directory is None:
                raise HTTPError(503, "the console needs PyHookControl On", body="The console needs PyHookControl On.\n", content_type="text/plain")
            _watches[loop] = cls(Path(directory))
        return _watches[loop]

    def __init__(self, directory: Path) -> None:
        self._snapshots = Snapshots(directory)
        self._taking: asyncio.Task[bytes] | None = None
        self._taken = 0.0

    async def latest(self, own: str) -> bytes:
        """All who ask at the same time get the same; one who leaves ends it for nobody else. `own` is the URL of the one
        who asks.
        """
        if own not in self._snapshots.own:
            self._snapshots.own.append(own)
        taking = self._taking
        if taking is None or (taking.done() and (time.monotonic() - self._taken >= SECONDS or taking.exception())):
            self._taking = taking = asyncio.create_task(self._take())
        return await asyncio.shield(taking)

    async def _take(self) -> bytes:
        try:
            return json.dumps(await self._snapshots.take()).encode()
        finally:
            self._taken = time.monotonic()
