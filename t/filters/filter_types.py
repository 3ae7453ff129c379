"""Filters at each of the places in httpd's chain, for filter_types.t."""

from __future__ import annotations

seen: list[str] = []


def watch(f):
    """Note its first chunk; the chunks pass unchanged."""
    place = f"{'in' if f.is_input else 'out'} {f.name} {whose(f)}"
    first = chunk = yield
    seen.append(f"{place}: {first!r}")
    while chunk is not None:
        chunk = yield chunk


def whose(f):
    try:
        return f.request.method
    except RuntimeError:
        return f.connection.client_ip


def answer(req):
    req.content_type = "text/plain"
    return req.read() + b" answered"


def report(req):
    text = "\n".join(seen)
    seen.clear()
    return text
