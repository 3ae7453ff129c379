"""What the rules of each protocol have in common: who has said what so far."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Order:
    """The order of the events on one scope. A subclass is one protocol; it refuses what comes at a wrong moment."""

    def __init__(self, scope: Mapping[str, Any]) -> None:
        self.scope = scope
        self.gone = False
        """Has the application been told that the client has gone?"""

    def received(self, kind: str, message: Mapping[str, Any]) -> None:
        """Check an event that the server gives."""

    def sent(self, kind: str, message: Mapping[str, Any]) -> None:
        """Check an event that the application sends."""

    def returned(self) -> None:
        """Check that the application may return."""
