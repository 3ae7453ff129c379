"""A WSGI application that computes."""

from __future__ import annotations

from collections.abc import Iterable

from bench_compute import work
from bench_wsgi import Environ, Start, hello


def application(environ: Environ, start_response: Start) -> Iterable[bytes]:
    work()
    return hello(environ, start_response)
