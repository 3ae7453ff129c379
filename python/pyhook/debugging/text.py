"""The page for a terminal and for programs."""

from __future__ import annotations

import dataclasses
import json

from .report import Report


def as_text(report: Report) -> str:
    """The entry of the log; what names the callable; the request without its headers."""
    parts = [report.entry]
    parts += [f"{each.directive} {each.words} in {each.file}:{each.line}" for each in report.lines]
    words = report.request
    parts.append(" ".join(words[name] for name in ("method", "uri", "protocol") if name in words))
    return "\n".join(filter(None, parts)) + "\n"


def as_json(report: Report) -> str:
    return json.dumps({"title": report.title, **dataclasses.asdict(report)}, indent=2) + "\n"
