"""The stub of `_pyhook`, which has a file for each type, as one tree."""

from __future__ import annotations

import ast
from pathlib import Path

STUB = ast.parse("\n".join(file.read_text() for file in sorted((Path(__file__).parents[1] / "_pyhook-stubs").glob("*.pyi"))))
