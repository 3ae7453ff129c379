"""Decisions by URI: whatever has "secret" in its URI is nobody's business."""

from pyhook import DECLINED, OK, Request


def is_secret(req: Request) -> bool:
    return "secret" in req.uri


def access_checker(req: Request) -> int:
    return 403 if is_secret(req) else DECLINED


def access_checker_ex(req: Request) -> int:
    return 403 if is_secret(req) else OK


def login(req: Request) -> int:
    req.user = "somebody"
    return OK


def check_authn(req: Request) -> int:
    return 401 if is_secret(req) else login(req)


def check_authz(req: Request) -> int:
    return 403 if is_secret(req) else OK


def lead(req: Request) -> int:
    req.internal_redirect(req.uri.replace("lead", "secret.txt"))
    return OK
