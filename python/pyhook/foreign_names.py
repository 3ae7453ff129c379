"""Says what a request calls the things that requests of other frameworks have."""

from __future__ import annotations

from ._native import Request

_LIBRARY = "werkzeug.Request(pyhook.environ(req)), or another library that reads a WSGI environ, and its attribute"
_NAMES = {
    "req.headers_in": ("headers",),
    "req.uri, or req.path_below for the part below this place": ("path",),
    "req.construct_url(req.unparsed_uri)": ("url", "build_absolute_uri"),
    "req.args, which urllib.parse.parse_qs takes apart": ("query", "query_params", "query_string", "GET"),
    "req.useragent_ip": ("client", "remote", "remote_addr"),
    "req.hostname": ("get_host", "host"),
    "req.is_https": ("is_secure", "scheme"),
    "req.read()": ("body", "data", "get_data", "stream"),
    "json.loads(req.read())": ("get_json", "json"),
    _LIBRARY: ("COOKIES", "FILES", "POST", "cookies", "files", "form", "session", "values"),
    "pyhook.environ(req)": ("META", "environ", "scope"),
}


def cure(exception: BaseException) -> str:
    """Return what stands here for an attribute that a request of Flask, Django or Starlette has, or ""."""
    if not isinstance(exception, AttributeError) or not isinstance(exception.obj, Request):
        return ""
    for here, names in _NAMES.items():
        if exception.name in names:
            return f"instead of {exception.name!r}, which other frameworks have, write {here}"
    return ""
