"""A WSGI application that computes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench_compute import work
from bench_wsgi import application as hello


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    work()
    return hello(environ, start_response)
