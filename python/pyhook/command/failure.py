"""What the command says when it can't do what it was told."""

from __future__ import annotations


class Failure(Exception):
    """One plain sentence that names the thing and the cure."""
