"""A module whose import fails."""

raise LookupError("not importable today")
