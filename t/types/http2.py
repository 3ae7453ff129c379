"""Streams of HTTP/2, and the connection they share."""

from pyhook import Connection, Request

masters: list[Connection] = []
streams: list[Request] = []


def keep(req: Request) -> str:
    assert req.connection.master is not None
    masters.append(req.connection.master)
    streams.append(req)
    return "kept"


def kept(req: Request) -> str:
    return f"{masters[-1].ended} {streams[-1].ended}"


def count(req: Request) -> str:
    """Every stream uses its master at the same time as the others."""
    master = req.connection.master
    assert master is not None and master is req.connection.master
    numbers = master.state.__dict__.setdefault("numbers", [])
    numbers.append(req.args)
    master.log("counted", "debug")
    looked = (master.client_ip, master.ssl_var("SSL_PROTOCOL"), master.remote_host, master.aborted, master.keepalives)
    return f"{looked} {len(numbers)};\n"
