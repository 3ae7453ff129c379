"""Decisions by URI: nobody may see a URI with "secret" in it."""

from pyhook import DECLINED, OK, Request, log


def is_secret(req: Request, phase: str) -> bool:
    """If it is asked twice about one request, it calls everything secret."""
    again = phase in req.notes
    req.notes[phase] = "asked"
    return again or "secret" in req.uri


def tells(req: Request) -> int:
    """Show the URIs it is asked about, and whether it has been asked about that record before."""
    again = "asked twice about" if "told" in req.notes else "asked about"
    req.notes["told"] = "yes"
    log(f"{again} {'a sub-request for ' if req.main else ''}{req.uri};", "error")
    return DECLINED


def access_checker(req: Request) -> int:
    return 403 if is_secret(req, "access_checker") else DECLINED


def access_checker_ex(req: Request) -> int:
    return 403 if is_secret(req, "access_checker_ex") else OK


def login(req: Request) -> int:
    req.user = "somebody"
    return OK


def check_authn(req: Request) -> int:
    return 401 if is_secret(req, "check_authn") else login(req)


def check_authz(req: Request) -> int:
    return 403 if is_secret(req, "check_authz") else OK


def lead(req: Request) -> int:
    req.internal_redirect(req.uri.replace("lead", "secret.txt"))
    return OK


def look(req: Request) -> int:
    """A sub-request for the secret, by its URI or by its file."""
    directory = req.document_root + "/bypass/"
    by_uri = req.uri.endswith("uri")
    sub = req.lookup_uri("/bypass/secret.txt") if by_uri else req.lookup_file(directory + "secret.txt")
    if sub.status == 200:
        sub.run()
    return OK
