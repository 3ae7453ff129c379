"""Responses of every kind, for filter_responses.t."""

from __future__ import annotations

import pyhook


def upper(f):
    f.request.headers_out["X-Started"] = f.name
    chunk = yield
    while chunk is not None:
        chunk = yield chunk.upper()


def where(f):
    """Show each stream by itself."""
    chunk = yield f"[{f.request.uri.rpartition('/')[2]}: "
    while chunk is not None:
        chunk = yield chunk
    yield "]"


def answer(req):
    req.content_type = "text/plain"
    return f"{req.method} {req.uri}"


def nothing(req):
    return 204


def not_modified(req):
    req.headers_out["ETag"] = '"same"'
    if req.method in ("GET", "HEAD") and req.headers_in.get("If-None-Match") == '"same"':
        return 304
    return "fresh"


def elsewhere(req):
    req.internal_redirect("/filters/filter_responses_page")


def missing(req):
    return 404


def with_sub_request(req):
    req.content_type = "text/plain"
    req.write("before, ")
    for target in ("/filters/filter_responses/inner", "/filters/filter_responses_plain"):
        req.lookup_uri(target).run()
    req.write(", after")
