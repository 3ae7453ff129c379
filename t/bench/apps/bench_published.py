"""A module that the publisher shows."""

from __future__ import annotations


def say(req: object, what: str = "nothing") -> str:
    return "I say " + what
