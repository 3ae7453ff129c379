"""The version of mod_python whose interface this package has."""

from __future__ import annotations

version = "3.5.0"
