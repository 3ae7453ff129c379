"""A page that shows a request as Python sees it.

    PyHookPostReadRequest site_show:trace
    PyHookFixups site_show:trace
    PyHookHandler site_show:show
"""

from __future__ import annotations

import json
from html import escape

from pyhook import Request

SECRET = {"authorization", "proxy-authorization", "cookie"}


def trace(req: Request) -> None:
    """Any phase: note that the request went through it."""
    if not hasattr(req.state, "phases"):
        req.state.phases = []
    req.state.phases.append(req.phase)


def show(req: Request) -> bytes:
    """handler: the request as a page, or as JSON for who asks for it (`?format=json` or an Accept header)."""
    trace(req)
    req.add_common_vars()
    req.add_cgi_vars()
    req.headers_out["Cache-Control"] = "no-store"
    found = facts(req)
    if wants_json(req):
        req.content_type = "application/json"
        return json.dumps(found, indent=2).encode("ascii") + b"\n"
    req.content_type = "text/html; charset=utf-8"
    # A client may send bytes that are no UTF-8; the page shows them as "?".
    return page(f"{req.method} {req.uri}", found).encode("utf-8", "replace")


def wants_json(req: Request) -> bool:
    """Whether the client asked for JSON."""
    return "format=json" in (req.args or "").split("&") or "application/json" in req.headers_in.get("Accept", "")


def facts(req: Request) -> dict[str, dict[str, str | None]]:
    """Title of a table → its rows."""
    phases: list[str] = req.state.phases
    return {
        "Request": {
            "the_request": req.the_request,
            "uri": req.uri,
            "args": req.args,
            "path_info": req.path_info,
            "filename": req.filename,
            "user": req.user,
            "useragent_ip": req.useragent_ip,
            "log_id": req.log_id,
            "interpreter": req.interpreter,
        },
        "Phases": {str(number): phase for number, phase in enumerate(phases, 1)},
        "Headers": visible(req.headers_in.multi_items()),
        "Environment": visible(req.subprocess_env.multi_items()),
    }


def visible(rows: list[tuple[str, str]]) -> dict[str, str | None]:
    """The rows, without what a page should never repeat."""
    return {
        name: "…" if name.lower().removeprefix("http_").replace("_", "-") in SECRET else value
        for name, value in sorted(rows)
    }


def page(title: str, tables: dict[str, dict[str, str | None]]) -> str:
    """An HTML page of tables."""
    sections = "".join(f"<h2>{escape(name)}</h2>\n{table(rows)}" for name, rows in tables.items())
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><title>{escape(title)}</title></head>\n'
        f"<body>\n<h1>{escape(title)}</h1>\n{sections}</body></html>\n"
    )


def table(rows: dict[str, str | None]) -> str:
    """An HTML table of two columns."""
    cells = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value or '')}</td></tr>\n" for name, value in rows.items())
    return f"<table>\n{cells}</table>\n"
