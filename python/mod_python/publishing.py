"""`__auth__`, `__access__` and `__auth_realm__` of what the publisher meets: who may come here."""

from __future__ import annotations

import hmac
from functools import lru_cache
from types import CodeType, FunctionType, MethodType, ModuleType

from . import apache
from .asking import latin1
from .signatures import RULES, signature_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .requests import mp_request

MEANS_RULES = {*RULES, "__getattr__"}
"""What a module contains that has rules."""

MOST_KEPT = 1024


def login_of(req: mp_request) -> tuple[str | None, str | None]:
    """Give user and password of a Basic login, or the user that httpd knows."""
    user, password = req.pyhook.basic_auth_user, req.pyhook.basic_auth_password
    if user is None:
        return req.user, None
    return latin1(user), None if password is None else latin1(password)


def has_no_rules(found: Any) -> bool:
    """Is it one of most modules and functions, which say nothing of who may come?"""
    if type(found) is FunctionType:
        return not found.__dict__ and not signature_of(found).has_rules
    return type(found) is ModuleType and found.__dict__.keys().isdisjoint(MEANS_RULES)


def check_access(req: mp_request, found: Any, login: tuple[str | None, str | None], realm: str) -> str:
    """Ask what is found, and all that it wraps, whether this user may come here: each of them must say yes. Give the
    realm from here on. Raises `SERVER_RETURN`.
    """
    for layer in layers_of(found):
        realm = check_layer(req, layer, login, realm)
    return realm


def layers_of(found: Any) -> list[Any]:
    """Give what is found, and behind it what its decorators have wrapped (`functools.wraps`)."""
    layers: list[Any] = []
    while found is not None and not any(found is one for one in layers):
        layers.append(found)
        function = found.__func__ if isinstance(found, MethodType) else found
        attributes = getattr(function, "__dict__", None)
        found = attributes.get("__wrapped__") if isinstance(attributes, dict) else None
    return layers


def check_layer(req: mp_request, found: Any, login: tuple[str | None, str | None], realm: str) -> str:
    """Ask the rules of one function, object or module. Raises `SERVER_RETURN`."""
    rules = nested_rules(found) if isinstance(found, (FunctionType, MethodType)) else own_rules(found)
    realm = str(rules.get("__auth_realm__", realm))
    user, password = login
    if "__auth__" in rules and not admits(rules["__auth__"], req, user, password):
        quoted = realm.replace("\\", "\\\\").replace('"', '\\"')
        req.err_headers_out["WWW-Authenticate"] = f'Basic realm="{quoted}"'
        raise apache.SERVER_RETURN(apache.HTTP_UNAUTHORIZED)
    if "__auth__" in rules and user is not None:
        req.user = user
    if "__access__" in rules and not grants(rules["__access__"], req, user):
        raise apache.SERVER_RETURN(apache.HTTP_FORBIDDEN)
    return realm


def own_rules(found: Any) -> dict[str, Any]:
    """Give the rules that are attributes of a module or an object."""
    return {name: getattr(found, name) for name in RULES if hasattr(found, name)}


def nested_rules(function: Any) -> dict[str, Any]:
    """Give the rules that are defined inside a function: functions, and constants.

    Raises `SERVER_RETURN` if there is a rule that can't be read without running the function: nobody is let in then.
    """
    function = function.__func__ if isinstance(function, MethodType) else function
    if not isinstance(function, FunctionType):
        return {}
    attributes = function.__dict__
    rules = {name: attributes[name] for name in RULES if name in attributes}
    signature = signature_of(function)
    for name, code in signature.rule_functions:
        rules[name] = FunctionType(code, function.__globals__)
    if any(name not in rules for name in signature.rules):
        rules.update(nested_constants(function.__code__))
    if any(name not in rules for name in signature.rules):
        apache.log_error(f"publisher: {function.__qualname__} has rules that are neither functions nor constants")
        raise apache.SERVER_RETURN(apache.HTTP_FORBIDDEN)
    return rules


@lru_cache(MOST_KEPT)
def nested_constants(code: CodeType) -> dict[str, Any]:
    """Find `__auth__ = CONSTANT` and its like in the code of a function."""
    import dis

    found: dict[str, Any] = {}
    last = None
    for instruction in dis.get_instructions(code):
        is_store = instruction.opname.startswith("STORE_FAST") and instruction.argval in RULES
        if is_store and last is not None and last.opname.startswith(("LOAD_CONST", "LOAD_SMALL_INT")):
            found[str(instruction.argval)] = last.argval
        last = instruction
    return found


def admits(rule: Any, req: mp_request, user: str | None, password: str | None) -> bool:
    """Does `__auth__` know this user and password?"""
    if callable(rule):
        return bool(user is not None and rule(req, user, password or ""))
    if isinstance(rule, dict):
        known = rule.get(user)
        return known is not None and hmac.compare_digest(str(known).encode(), (password or "").encode())
    return bool(rule)


def grants(rule: Any, req: mp_request, user: str | None) -> bool:
    """Does `__access__` let this user in?"""
    if callable(rule):
        return bool(rule(req, user))
    if isinstance(rule, (list, tuple)):
        return user in rule
    return bool(rule)
