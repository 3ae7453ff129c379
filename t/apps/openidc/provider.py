"""A double of an OpenID Connect provider: it logs in whom the header X-Who names, without a question, and signs with HS256."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from typing import Any
from urllib.parse import parse_qs, urlencode

import pyhook
from pyhook import HTTPError, Request

CLIENT, SECRET = "shop", "a-secret-of-the-client-long-enough-for-HS256"
PEOPLE = {"ada": {"name": "Ada Lovelace", "groups": ["sales", "staff"]}, "ben": {"name": "Ben", "groups": ["staff"]}}


def issuer(req: Request) -> str:
    return f"http://127.0.0.1:{req.port}/provider"


def metadata(req: Request) -> str:
    """OpenID Connect Discovery 1.0, 4."""
    here = issuer(req)
    endpoints = {"authorization_endpoint": f"{here}/authorize", "token_endpoint": f"{here}/token"}
    req.content_type = "application/json"
    return json.dumps({"issuer": here, "response_types_supported": ["code"], **endpoints})


def asked(text: str, *names: str) -> tuple[str, ...]:
    """The values of these names, which must all be there."""
    given = parse_qs(text)
    return tuple(given[name][0] for name in names)


def authorize(req: Request) -> None:
    """The authorization endpoint (OpenID Connect Core 1.0, 3.1.2): back to the client with a code."""
    client, uri, state, nonce = asked(req.args or "", "client_id", "redirect_uri", "state", "nonce")
    who = req.headers_in.get("X-Who", "")
    if client != CLIENT or who not in PEOPLE:
        raise HTTPError(403, "the provider knows neither such a client nor such a user")
    code = secrets.token_urlsafe(16)
    pyhook.shared["codes"].set(code, json.dumps([who, nonce]), ttl=60)
    raise HTTPError(302, headers={"Location": f"{uri}?{urlencode({'code': code, 'state': state})}"})


def token(req: Request) -> str:
    """The token endpoint (3.1.3): an ID token for a code, once."""
    (code,) = asked(req.read().decode(), "code")
    kept = pyhook.shared["codes"].get(code)
    if (req.basic_auth_user, req.basic_auth_password) != (CLIENT, SECRET) or kept is None:
        raise HTTPError(400, "no such client, or no such code")
    del pyhook.shared["codes"][code]
    who, nonce = json.loads(kept)
    now = int(time.time())
    claims = {"iss": issuer(req), "aud": CLIENT, "sub": who, "nonce": nonce, "iat": now, "exp": now + 300}
    req.content_type = "application/json"
    req.headers_out["Cache-Control"] = "no-store"
    return json.dumps({"access_token": "none", "token_type": "Bearer", "id_token": signed({**claims, **PEOPLE[who]})})


def signed(claims: dict[str, Any]) -> str:
    """A JSON Web Token (RFC 7519)."""
    parts = [encoded(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims)]
    digest = hmac.digest(SECRET.encode(), ".".join(parts).encode(), hashlib.sha256)
    return ".".join([*parts, encoded(digest)])


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
