"""Callables that make httpd call them again, without end."""

from __future__ import annotations

import contextlib

from pyhook import DECLINED, Connection, Request


def lookup(req: Request) -> int:
    return answer(req.lookup_uri(req.uri))


def lookup_of_main(req: Request) -> int:
    """httpd counts along a chain of sub-requests, but this one does not become longer."""
    return answer((req.main or req).lookup_uri(req.uri))


def run_of_main(req: Request) -> int:
    return (req.main or req).lookup_uri(req.uri).run()


def redirect(req: Request) -> None:
    req.internal_redirect(req.uri)


def redirect_of_first(req: Request) -> None:
    first = req
    while first.prev is not None:
        first = first.prev
    first.internal_redirect(req.uri)


def answer(sub: Request) -> int:
    return DECLINED if sub.status == 200 else sub.status


def access(req: Request) -> int:
    return 404 if req.some_auth_required else DECLINED


def access_anyway(req: Request) -> int:
    """A callable that tries again makes twice as many calls at each level."""
    for _ in range(2):
        with contextlib.suppress(RuntimeError):
            return access(req)
    return 403


def permit(req: Request, _arguments: str) -> bool:
    return not req.some_auth_required


def login(req: Request) -> int:
    for _ in range(2):
        try:
            req.note_auth_failure()
        except RuntimeError as error:
            req.err_headers_out["X-Refused"] = str(error)
    return DECLINED


def login_needed(req: Request) -> int:
    with contextlib.suppress(RuntimeError):
        req.note_auth_failure()
    return 401


def log_id(connection: Connection, req: Request | None) -> str | None:
    return None if req is None else f"id-{req.log_id}"
