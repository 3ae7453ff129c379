"""What the validator raises: who broke which rule of which section, and with what."""

from __future__ import annotations

import warnings
from typing import Literal, NoReturn

Party = Literal["application", "server"]

MAIN = "ASGI 3.0"
WWW = "HTTP & WebSocket 2.5"
LIFESPAN = "Lifespan 2.0"
EXTENSIONS = "ASGI extensions"
TLS = "TLS extension 0.2"


class ASGIViolation(AssertionError):
    """A scope, a message or a call that ASGI 3 does not allow.

    `by`: who has broken the rule, `application` or `server`.

    `came`: what came.

    `rule`: what the specification says.

    `section`: the document and its section, of https://asgi.readthedocs.io/en/latest/specs/ or an RFC.
    """

    def __init__(self, by: Party, came: str, rule: str, section: str) -> None:
        super().__init__(f"the {by} {came}; {section}: {rule}")
        self.by: Party = by
        self.came = came
        self.rule = rule
        self.section = section


class ASGIWarning(UserWarning):
    """Something that should not be, but that the specification allows, or that all servers take."""


def refuse(by: Party, came: str, rule: str, section: str) -> NoReturn:
    """Raise the `ASGIViolation`."""
    raise ASGIViolation(by, came, rule, section)


def advise(by: Party, came: str, rule: str, section: str) -> None:
    """Issue an `ASGIWarning`: the rule is a recommendation."""
    warnings.warn(ASGIWarning(f"the {by} {came}; {section}: {rule}"), stacklevel=2)
