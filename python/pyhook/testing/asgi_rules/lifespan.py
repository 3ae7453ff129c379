"""The order of events on a lifespan scope."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .order import Order
from .violation import LIFESPAN, MAIN, advise, refuse


class LifespanOrder(Order):
    """A startup and its answer, a shutdown and its answer."""

    def __init__(self, scope: Mapping[str, Any]) -> None:
        super().__init__(scope)
        self._asked: list[str] = []
        self._answers: dict[str, str] = {}

    def received(self, kind: str, message: Mapping[str, Any]) -> None:
        what = kind.removeprefix("lifespan.")
        if what in self._asked or (what == "shutdown" and self._answers.get("startup") != "complete"):
            came = "twice" if what in self._asked else "before 'lifespan.startup.complete'"
            rule = "a startup comes first, then a shutdown, each once"
            refuse("server", f"gave {kind!r} {came}", rule, f"{LIFESPAN}, '{what.capitalize()} - receive event'")
        self._asked.append(what)

    def sent(self, kind: str, message: Mapping[str, Any]) -> None:
        what, answer = kind.removeprefix("lifespan.").split(".")
        section = f"{LIFESPAN}, '{what.capitalize()} {answer.capitalize()} - send event'"
        if what not in self._asked:
            refuse("application", f"sent {kind!r} before it received 'lifespan.{what}'", "an answer to it", section)
        if what in self._answers:
            rule = "complete or failed answers each, once"
            refuse("application", f"sent {kind!r} after 'lifespan.{what}.{self._answers[what]}'", rule, section)
        self._answers[what] = answer

    def returned(self) -> None:
        if not self._asked:
            rule = "an application rejects a protocol that it does not understand with an exception"
            refuse("application", "returned without an answer", rule, f"{MAIN}, 'Protocol Specifications'")
        if self._answers.get("startup") == "failed":
            return
        last = self._asked[-1]
        if last not in self._answers:
            rule = "complete or failed answers it; the server waits"
            section = f"{LIFESPAN}, '{last.capitalize()} Complete - send event'"
            refuse("application", f"returned without an answer to 'lifespan.{last}'", rule, section)
        if last == "startup":
            advise("application", "returned after its startup", "its scope lives as long as the loop", f"{LIFESPAN}, 'Scope'")
