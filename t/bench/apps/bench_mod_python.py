"""mod_python's part of the cases."""

from __future__ import annotations

from typing import Any

from bench_compute import work
from mod_python import Session, apache, util


def hello(req: Any) -> int:
    req.content_type = "text/plain"
    req.write("Hello World!")
    return int(apache.OK)


def headers(req: Any) -> int:
    _ = (req.method, req.uri, req.args, req.useragent_ip)
    req.headers_out["X-Bench"] = "agent" if req.headers_in.get("User-Agent") else "none"
    return hello(req)


def look(req: Any) -> int:
    return int(apache.OK) if req.uri else 400


def pass_on(req: Any) -> int:
    return int(apache.DECLINED) if req.uri else 400


def compute(req: Any) -> int:
    work()
    return hello(req)


def filter_upper(filter: Any) -> None:
    chunk = filter.read()
    while chunk:
        filter.write(chunk.upper())
        chunk = filter.read()
    if chunk is None:
        filter.close()


def filter_through(filter: Any) -> None:
    chunk = filter.read()
    while chunk:
        filter.write(chunk)
        chunk = filter.read()
    if chunk is None:
        filter.close()


def upload(req: Any) -> int:
    form = util.FieldStorage(req)
    req.write(str(len(form["file"].file.read())))
    return int(apache.OK)


def session(req: Any) -> int:
    made = Session.Session(req)
    made["visits"] = 1
    made.save()
    return hello(req)
