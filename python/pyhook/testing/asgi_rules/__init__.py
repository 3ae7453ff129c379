"""The rules of ASGI 3 for applications and servers, and `validate_asgi`, which checks them."""

from __future__ import annotations

from .validator import validate_asgi
from .violation import ASGIViolation, ASGIWarning

__all__ = ["ASGIViolation", "ASGIWarning", "validate_asgi"]
