"""Answers with the value of the Python expression in the header `Ask`, for its own request."""

from __future__ import annotations

import re
import sys
import time
from typing import Any
from urllib.parse import unquote

import pyhook
from pyhook import OK, Request


def put(target: Any, name: str, value: object) -> object:
    """Set an attribute; return its value afterwards."""
    setattr(target, name, value)
    return getattr(target, name)


def error(action: Any, *arguments: Any, **keywords: Any) -> str | None:
    """Return the name of the exception that it raises."""
    try:
        action(*arguments, **keywords)
    except Exception as raised:
        return type(raised).__name__
    return None


def each(*values: object) -> object:
    """Return the value of the last of several steps."""
    return values[-1]


def servers() -> list[pyhook.Server]:
    """Return all servers of the configuration, the main one first."""
    found: list[pyhook.Server] = []
    server: pyhook.Server | None = pyhook.main_server()
    while server is not None:
        found.append(server)
        server = server.next
    return found


def value_of(req: Request, question: str) -> str:
    names = {"req": req, "pyhook": pyhook, "time": time, "sys": sys, "put": put, "error": error, "each": each, "servers": servers}
    try:
        if re.search(r"\b(?:conn|server)\b", question):  # worker processes have none
            names.update(conn=req.connection, server=req.server)
        return ascii(eval(question, names))
    except Exception as raised:
        return f"{type(raised).__name__}: {raised}"


def ask(req: Request) -> str:
    answer = value_of(req, unquote(req.headers_in["Ask"]))
    if req.content_type is None:
        req.content_type = "text/plain"
    return answer


def let_in(req: Request) -> int:
    req.user, req.auth_type = "ada", "Basic"
    return OK
