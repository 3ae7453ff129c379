"""Checks passwords with the file that mod_authn_file reads. {SHA} is the cheapest hash, so it hides least of the
cost.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha1
from pathlib import Path

USERS = dict(line.split(":", 1) for line in Path(__file__).with_name("users").read_text().splitlines())


def right_password(user: str, password: str) -> bool | None:
    stored = USERS.get(user)
    if stored is None:
        return None
    return stored == "{SHA}" + b64encode(sha1(password.encode()).digest()).decode()
