"""Whom the console answers. What the configuration requires (`Require`) comes before, and is not replaced by this."""

from __future__ import annotations

from fnmatch import fnmatchcase
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

from pyhook.errors import HTTPError

if TYPE_CHECKING:
    from pyhook._native import Request

FORWARDED = frozenset(
    {
        # RFC 7239, RFC 9110, RFC 8586
        "forwarded",
        "via",
        "cdn-loop",
        # the client's address, as documentation of nginx, HAProxy, IIS and others has it added
        "client-ip",
        "x-client-ip",
        "x-cluster-client-ip",
        "x-original-forwarded-for",
        "x-proxyuser-ip",
        "x-real-ip",
        "x-remote-addr",
        "x-remote-ip",
        # what the client asked the proxy for
        "x-original-host",
        "x-original-uri",
        "x-original-url",
        "x-scheme",
        # content delivery networks and clouds, whose connector may run on this machine
        "cf-connecting-ip",
        "cf-connecting-ipv6",
        "cf-ray",
        "do-connecting-ip",
        "fastly-client-ip",
        "fly-client-ip",
        "true-client-ip",
        "x-azure-clientip",
        "x-envoy-external-address",
    }
)
"""Headers by which a request says that a proxy passed it on. That may run on this machine, and its clients anywhere. A
client that writes one itself only shuts itself out."""

FORWARDED_PREFIX = "x-forwarded"
"""So begin those of mod_proxy_http (`-For`, `-Host`, `-Server`), and many more (`-Proto`, `-Port`, `-By`)."""


def check(req: Request) -> None:
    """Raise `HTTPError` unless the request reads, and its client may see what the control sockets tell.

    A client that has not logged in must be on this machine, and name the server by a name of its own. Otherwise a page
    of another site, whose name leads to 127.0.0.1, could read everything in a browser of this machine (DNS rebinding).
    """
    if req.method not in ("GET", "HEAD"):
        raise HTTPError(405, headers={"Allow": "GET, HEAD"})
    if req.user:
        return
    if not _is_loopback(req.useragent_ip) or any(map(_is_of_proxy, req.headers_in)):
        raise HTTPError(403, "the console answers only clients of this machine and those that have logged in")
    if not _is_own_name(req, req.hostname):
        raise HTTPError(403, f"the console does not answer under the name {req.hostname!r}, which is no ServerName or ServerAlias")


def check_origin(req: Request) -> None:
    """Raise `HTTPError` if a browser says that a page of another site asks (Fetch Metadata)."""
    if req.headers_in.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
        raise HTTPError(403, "a page of another site asks for the console's data")


def _is_of_proxy(name: str) -> bool:
    name = name.lower()
    return name in FORWARDED or name.startswith(FORWARDED_PREFIX)


def _is_loopback(client: str) -> bool:
    try:
        address = ip_address(client)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback


def _is_own_name(req: Request, name: str | None) -> bool:
    """An address can't be made to lead elsewhere; without any name it is no browser."""
    if name is None or _is_address(name):
        return True
    name = name.lower().removesuffix(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    server = req.server
    own = {each.lower() for each in (server.hostname, *server.names) if each}
    return name in own or any(fnmatchcase(name, each.lower()) for each in server.wild_names)


def _is_address(name: str) -> bool:
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
