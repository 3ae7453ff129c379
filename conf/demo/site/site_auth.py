"""Who may come in: a password check and a group rule.

    PyHookCheckAuthn site_auth:password
    PyHookCheckAuthz site_auth:allowed
    PyHookOption group editors
"""

from __future__ import annotations

import hashlib
import hmac
import os

from pyhook import OK, Request

# user → salt and scrypt hash, as `salted("password")` prints them
USERS = {
    "ada": "040f1bc80f4aa6666790312ca34190f4$"
    "01c7852a623ef2f4109654d9134c5c3e89e1146fcede7441ac0e5dbae3cd2a87",
    "ben": "08b09336b982495972381bdf1eab685b$"
    "b2e65bdb8154d22fb240c45240eb4805cf2864ac5d172c847992bf1f2d09a635",
}
GROUPS = {"editors": {"ada"}}

_run_key = os.urandom(32)
_proven: dict[str, bytes] = {}


def salted(password: str, salt: bytes | None = None) -> str:
    """A new entry for `USERS`: salt and hash, in hexadecimal."""
    salt = salt or os.urandom(16)
    digest = hashlib.scrypt(password.encode("utf-8", "surrogateescape"), salt=salt, n=2**14, r=8, p=1, dklen=32)
    return f"{salt.hex()}${digest.hex()}"


# An unknown user costs the same time as a wrong password.
_nobody = f"{bytes(16).hex()}${bytes(32).hex()}"


def verify(user: str, password: str) -> bool:
    """Whether this is the user's password.

    A browser repeats it with every request, and scrypt is slow on purpose: what was proven once is remembered for
    the life of the process as a keyed digest, never as the password.
    """
    token = hmac.digest(_run_key, f"{user}:{password}".encode("utf-8", "surrogateescape"), "sha256")
    if hmac.compare_digest(_proven.get(user, b""), token):
        return True
    entry = USERS.get(user, _nobody)
    given = salted(password, bytes.fromhex(entry.partition("$")[0]))
    if not hmac.compare_digest(given, entry):
        return False
    _proven[user] = token
    return True


def password(req: Request) -> int:
    """check_authn: HTTP Basic (RFC 7617) against `USERS`."""
    user, secret = req.basic_auth_user, req.basic_auth_password
    if user is None or secret is None or not verify(user, secret):
        req.note_auth_failure()
        return 401
    req.user, req.auth_type = user, "Basic"
    return OK


def allowed(req: Request) -> int:
    """check_authz: only members of the group that `PyHookOption group` names."""
    members = GROUPS.get(req.options.get("group", ""), set())
    return OK if req.user in members else 403
