"""Whom the console answers. What the configuration requires (`Require`) comes before, and is not replaced by this."""

from __future__ import annotations

from fnmatch import fnmatchcase
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

from pyhook.errors import HTTPError

if TYPE_CHECKING:
    from pyhook._native import Request

FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")
"""Headers of a proxy on this machine, whose clients may be anywhere."""


def check(req: Request) -> None:
    """Raise `HTTPError` unless the request reads, and its client may see what the control sockets tell.

    A client that has not logged in must be on this machine, and name the server by a name of its own. Otherwise a page
    of another site, whose name leads to 127.0.0.1, could read everything in a browser of this machine (DNS rebinding).
    """
    if req.method not in ("GET", "HEAD"):
        raise HTTPError(405, headers={"Allow": "GET, HEAD"})
    if req.user:
        return
    if not _is_loopback(req.useragent_ip) or any(name in req.headers_in for name in FORWARDED):
        raise HTTPError(403, "the console answers only clients of this machine and those that have logged in")
    if not _is_own_name(req, req.hostname):
        raise HTTPError(403, f"the console does not answer under the name {req.hostname!r}, which is no ServerName or ServerAlias")


def check_origin(req: Request) -> None:
    """Raise `HTTPError` if a browser says that a page of another site asks (Fetch Metadata)."""
    if req.headers_in.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
        raise HTTPError(403, "a page of another site asks for the console's data")


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
