"""Conditional requests (RFC 9110 §13), as `ap_meets_conditions` decides them."""

from __future__ import annotations

from email.utils import formatdate, parsedate_to_datetime

from ..status import OK
from .headers import Headers


def http_date(seconds: float) -> str:
    """Return a time in seconds since 1970 in HTTP's form."""
    return formatdate(seconds, usegmt=True)


def _time(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        return parsedate_to_datetime(text).timestamp()
    except ValueError:
        return None


def _matches(wanted: str, etag: str | None) -> bool:
    tags = [tag.strip().removeprefix("W/") for tag in wanted.split(",")]
    return "*" in tags or (etag is not None and etag.removeprefix("W/") in tags)


def meets_conditions(method: str, headers_in: Headers, headers_out: Headers) -> int:
    """Return `OK`, 304 or 412 for the request's conditions and the response's `ETag` and `Last-Modified`."""
    etag, modified = headers_out.get("ETag"), _time(headers_out.get("Last-Modified"))
    if_match, if_none_match = headers_in.get("If-Match"), headers_in.get("If-None-Match")
    unmodified_since, modified_since = (
        _time(headers_in.get(name)) for name in ("If-Unmodified-Since", "If-Modified-Since")
    )
    if if_match is not None:
        if not _matches(if_match, etag):
            return 412
    elif unmodified_since is not None and modified is not None and modified > unmodified_since:
        return 412
    if if_none_match is not None:
        if _matches(if_none_match, etag):
            return 304 if method in ("GET", "HEAD") else 412
    elif modified_since is not None and modified is not None and method in ("GET", "HEAD"):
        return 304 if modified <= modified_since else OK
    return OK
