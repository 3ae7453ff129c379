"""What log formats need of the W3C trace context that `PyHookTrace` gives each request."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._native import Request


def trace_id(req: Request) -> str | None:
    """Return the 32 hexadecimal digits of the request's trace, or None without `PyHookTrace`.

    For a log format: `%{pyhook.tracing:trace_id}^py`.
    """
    return req.traceparent and req.traceparent.split("-")[1]
