"""Lets everybody in and answers everything. It must not be reached where Python could not start."""

from __future__ import annotations

import sys

import pyhook


def let_in(req: pyhook.Request) -> int:
    req.user = "somebody"
    return pyhook.OK


def nothing(req: pyhook.Request) -> None:
    return None


def page(req: pyhook.Request) -> str:
    return f"{sys.prefix}\n"


def password(req: pyhook.Request, user: str, given: str) -> bool:
    return True


def member(req: pyhook.Request, args: str) -> bool:
    return True


def value(req: pyhook.Request, key: str = "") -> str:
    return "yes"


def upper(chunk: bytes) -> bytes:
    return chunk.upper()


def connected(connection: pyhook.Connection) -> None:
    return None


def application(environ, start_response):
    start_response("200 OK", [])
    return [b"served"]
