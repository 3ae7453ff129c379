"""What the console shows at one moment, from what all children answer."""

from __future__ import annotations

import asyncio
import re
import time
from collections import deque
from collections.abc import Iterable
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from pyhook._native import mpm_name, server_description
from pyhook.command.lines import lines_from
from pyhook.command.routes import Route, routes
from pyhook.debugging.values import without_named_secrets

from .children import Answer, ask
from .openmetrics import Family, read

if TYPE_CHECKING:
    from pathlib import Path

MOST_RECENT = 60
"""Failures and reloads of all children that are kept while somebody looks."""

MOST_OWN = 32
"""URLs of the console that are remembered."""

EDIT_FAILED = ("PYHOOK0060", "PYHOOK0081")
"""What the log says of edited code that can't be loaded: in a child, and in a worker process."""

OF_NO_REQUEST = {"kind": "failure", "method": "", "uri": "", "client": ""}


class Snapshots:
    """Takes snapshots. It remembers what does not change, and what children that have ended have told."""

    def __init__(self, directory: Path) -> None:
        self.own: deque[str] = deque(maxlen=MOST_OWN)
        """URLs of the console, whose own requests are not shown. A pattern may give it any number of them."""
        self._directory = directory
        self._recent: deque[Answer] = deque(maxlen=MOST_RECENT)
        self._numbers: dict[str, int] = {}
        """By socket: the number of the last failure or reload that is known."""
        self._of_processes: dict[str, int] = {}
        """By place of a worker process: the same."""
        self._routes: list[dict[str, object]] | None = None

    async def take(self) -> dict[str, Any]:
        sockets = sorted(self._directory.glob("*.socket"))
        looked = await asyncio.gather(*map(self._look, sockets))
        await self._look_at_processes(sockets)
        children = sorted((child for child in looked if child is not None), key=itemgetter("pid"))
        if self._routes is None:
            self._routes = await self._ask_routes(sockets)
        self._numbers = {name: number for name, number in self._numbers.items() if any(path.name == name for path in sockets)}
        failed = [each["time"] for each in self._recent if each["text"].startswith(EDIT_FAILED)]
        return {
            "time": time.time(),
            "code": [
                max((child.pop("newest") for child in children), default=0.0),
                max(failed, default=0.0),
                max((sum(each["edits"] for each in child["processes"]) for child in children), default=0),
            ],
            "server": {
                "mpm": mpm_name(),
                "description": server_description(),
                "version": next((child["version"] for child in children), ""),
                "python": next((child["python"] for child in children), ""),
            },
            "children": children,
            "silent": [int(path.stem) for path, child in zip(sockets, looked, strict=True) if child is None and path.exists()],
            "metrics": await self._ask_metrics(sockets),
            "recent": sorted(self._recent, key=itemgetter("time"), reverse=True),
            "routes": self._routes or [],
        }

    async def _look(self, socket: Path) -> Answer | None:
        stacks, recent = await asyncio.gather(ask(socket, "stacks"), ask(socket, f"recent {self._numbers.get(socket.name, 0)}"))
        if recent is not None:
            for entry in recent["recent"]:
                self._numbers[socket.name] = entry["number"]
                self._remember({"pid": recent["pid"], **entry})
        if stacks is None:
            return None
        stacks["calls"] = [_call(call) for call in stacks["calls"] if call["uri"].partition("?")[0] not in self.own]
        stacks["processes"] = [{key: value for key, value in each.items() if key != "said"} for each in stacks.get("processes", ())]
        stacks["reloads"] = recent["reloads"] if recent is not None else 0
        loaded = recent["loaded"] if recent is not None else []
        stacks["newest"] = max((each.pop("newest") for each in loaded), default=0.0)
        stacks["sizes"] = loaded
        return stacks

    async def _look_at_processes(self, sockets: Iterable[Path]) -> None:
        """Any child knows what became of them."""
        answer = await _first(sockets, "processes")
        for entry in answer["entries"] if answer is not None else ():
            if entry["number"] > self._of_processes.get(entry["name"], 0):
                self._of_processes[entry["name"]] = entry["number"]
                self._remember({**OF_NO_REQUEST, **entry})

    def _remember(self, entry: Answer) -> None:
        self._recent.append({**entry, "uri": _uri(entry["uri"]), "text": _text(entry["text"])})

    async def _ask_metrics(self, sockets: Iterable[Path]) -> dict[str, Family]:
        """Any child knows the sums of all."""
        answer = await _first(sockets, "metrics")
        return read(answer["metrics"]) if answer is not None else {}

    async def _ask_routes(self, sockets: Iterable[Path]) -> list[dict[str, object]] | None:
        answer = await _first(sockets, "routes")
        return [_route(route) for route in routes(lines_from(answer["lines"]))] if answer is not None else None


async def _first(sockets: Iterable[Path], line: str) -> Answer | None:
    for socket in sockets:
        if (answer := await ask(socket, line)) is not None:
            return answer
    return None


def _call(call: Answer) -> Answer:
    return {**call, "uri": _uri(call["uri"]), "stack": [_text(line) for line in call.get("stack", ())]}


def _route(route: Route) -> dict[str, object]:
    return {**route.as_json(), "where": _uri(route.where)}


def _uri(uri: str) -> str:
    return without_named_secrets(uri)


_HEAD = re.compile(r"PYHOOK\d{4}: [a-z_]+(?: filter)? [\w.]+:[\w.]+ ")
"""Names of the configuration: `auth:check` is no secret."""


def _text(text: str) -> str:
    """An entry of the log, or a frame: a line of source shows no literal, any other line no value, that has a secret's name."""
    head = found[0] if (found := _HEAD.match(text)) else ""
    lines = text.removeprefix(head).split("\n")
    return head + "\n".join(without_named_secrets(line, literals_only=line.startswith("    ")) for line in lines)
