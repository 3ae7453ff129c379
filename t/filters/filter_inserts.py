"""Filters that can't be inserted, for filter_inserts.t."""

from __future__ import annotations

from pyhook import HTTPError

WAYS = {
    "http": lambda: HTTPError(451, "planned", headers={"Link": "<http://judge.example/>; rel=blocked-by"}),
    "redirect": lambda: HTTPError(302, headers={"Location": "http://elsewhere.example/"}),
    "error": lambda: KeyError("planned"),
}
made = 0


def protects(req):
    way = req.headers_in.get("X-Way", "")
    if way in WAYS:
        raise WAYS[way]()
    if way:
        return int(way)


def secret(req):
    global made
    made += 1
    req.content_type = "text/plain"
    req.headers_out["Cache-Control"] = "max-age=600"
    return f"secret {made}\n"
