"""The environment variables of a request, and the names of its tables."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from .request import RequestRecord

# Name → whether the table is sent or received, and holds only what a header may hold.
tables = {
    "headers_in": True,
    "headers_out": True,
    "err_headers_out": True,
    "trailers_in": True,
    "trailers_out": True,
    "subprocess_env": False,
    "notes": False,
}
# The headers of a response, and those that are sent beside them.
of_responses: dict[str, Literal["response", "always"]] = {"headers_out": "response", "err_headers_out": "always", "trailers_out": "always"}

_not_http = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}
# httpd keeps credentials and the `Proxy` header (CVE-2016-5387) out of the environment.
_withheld = {"authorization", "proxy-authorization", "proxy"}


def common(req: RequestRecord) -> dict[str, str]:
    """Return the variables that `ap_add_common_vars` sets."""
    headers = {
        _not_http.get(name.lower(), "HTTP_" + name.upper().replace("-", "_")): ", ".join(req.headers_in.get_all(name))
        for name in req.headers_in
        if name.lower() not in _withheld
    }
    known = {
        "SERVER_NAME": req.server_name,
        "SERVER_PORT": str(req.port),
        "SERVER_ADDR": req._local_ip,
        "REMOTE_ADDR": req.useragent_ip,
        "REMOTE_PORT": str(req.useragent_port),
        "REQUEST_SCHEME": "https" if req.is_https else "http",
        "DOCUMENT_ROOT": req.document_root,
        "SCRIPT_FILENAME": req.filename,
        "REMOTE_USER": req.user,
        "AUTH_TYPE": req.auth_type,
    }
    return headers | {name: value for name, value in known.items() if value is not None}


def cgi(req: RequestRecord) -> dict[str, str]:
    """Return the variables that `ap_add_cgi_vars` sets."""
    path_info = req.path_info or ""
    known = {
        "GATEWAY_INTERFACE": "CGI/1.1",
        "SERVER_PROTOCOL": req.protocol,
        "REQUEST_METHOD": req.method,
        "QUERY_STRING": req.args or "",
        "REQUEST_URI": req.unparsed_uri,
        "SCRIPT_NAME": req.uri.removesuffix(path_info),
    }
    return known | ({"PATH_INFO": path_info} if path_info else {})


def wsgi(req: RequestRecord) -> dict[str, Any]:
    """Return an environ of PEP 3333, whose text is latin-1, as in WSGI."""
    place = req.uri.removesuffix(req.path_below)
    known = common(req) | cgi(req) | {"SCRIPT_NAME": place, "PATH_INFO": req.path_below}
    if "Authorization" in req.headers_in:
        known["HTTP_AUTHORIZATION"] = req.headers_in["Authorization"]
    return {
        **{name: value.encode("utf-8", "surrogateescape").decode("latin-1") for name, value in known.items()},
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https" if req.is_https else "http",
        "wsgi.input": req,
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "pyhook.request": req,
    }
