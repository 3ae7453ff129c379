"""mod_pyhook's part of the cases."""

from __future__ import annotations

from bench_compute import work
from bench_users import USERS, right_password
from pyhook import Request


def hello(req: Request) -> bytes:
    req.content_type = "text/plain"
    return b"Hello World!"


def headers(req: Request) -> bytes:
    _ = (req.method, req.uri, req.args, req.useragent_ip)
    req.headers_out["X-Bench"] = "agent" if req.headers_in.get("User-Agent") else "none"
    req.content_type = "text/plain"
    return b"Hello World!"


def look(req: Request) -> int | None:
    return None if req.uri else 400


def compute(req: Request) -> bytes:
    work()
    req.content_type = "text/plain"
    return b"Hello World!"


def lower(req: Request, key: str) -> str:
    return key.lower()


def uri(req: Request) -> str | None:
    return req.uri


def check_password(req: Request, user: str, password: str) -> bool | None:
    return right_password(user, password)


def stored_password(req: Request, user: str, password: str) -> str | None:
    return USERS.get(user)
