"""Every way to give a status: the path names the way, and the query the status."""

from __future__ import annotations

from typing import Any

from pyhook import DECLINED, HTTPError, Request


def answer(req: Request, way: str) -> Any:
    status = int(req.args or 0)
    if way == "returned":
        return status
    if way == "raised":
        raise HTTPError(status)
    if way == "set":
        req.status = status
        return "set"
    if way == "set-and-returned":
        req.status_line = f"{status} In my own words"
        return status
    raise ValueError(way)


def fixup(req: Request) -> Any:
    place, _, way = (req.uri or "").strip("/").partition("/")
    return answer(req, way) if place == "fixup" else DECLINED


def handler(req: Request) -> Any:
    return answer(req, req.uri.rpartition("/")[2])


def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    status = environ["QUERY_STRING"]
    start_response(status if environ["PATH_INFO"] == "/bare" else f"{status} In my own words", [])
    return [b"given"]
