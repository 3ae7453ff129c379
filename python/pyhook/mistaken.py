"""Says which directive is meant where the wrong one names a callable, and how a callable is called that can't be called
like this.
"""

from __future__ import annotations

import re

from . import foreign_names, loading
from ._native import Filter, Request, phases
from .kinds import Kind, kind_of, takes, takes_request
from .websocket import WebSocket

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_WRONG_CALL = re.compile(r"\b(?:takes .*positional argument|missing \d+ required )")
_WRONG_START = re.compile(r"\b__(?:init|new)__\(\) ")
_NOT_AWAITABLE = re.compile("can't be (?:awaited|used in 'await' expression)")  # from Python 3.14 on, and before
_CONTENT = ("handler", "quick_handler")
_FILTERS = ("output filter", "input filter")
_APPLICATIONS = {"wsgi": Kind.WSGI, "asgi": Kind.ASGI}
_RETURN_BODY = "a handler returns the body, and sets req.status, req.content_type and req.headers_out"
_CALLED_WITH = {
    "wsgi": "an application is called with (environ, start_response)",
    "asgi": "an ASGI application is called with (scope, receive, send)",
    "websocket": "a handler of WebSockets is called with a WebSocket",
    "authn_provider": "the check of a password is called with (req, user, password), "
    "and the second callable, which gives the hash for AuthDigestProvider, with (req, user, realm)",
    "authz_provider": "it is called with (req, args), args is what the Require line has behind the name",
    "rewrite_map": "a rewrite map is called with (req, key)",
    "balancer_method": "a balancer method is called with (req, workers)",
    "include_element": "the callable of an element is called with (req), or with (req, arg) if the element has an arg=",
    "log_field": "a log field is called with (req), or with (req, argument) if an argument stands behind its name",
    "expr": "it is called with the request and the words that the expression gives behind its name",
    "http_scheme": "it is called with one argument, the request",
    "default_port": "it is called with one argument, the request",
    "open_htaccess": "it is called with (req, directory, name)",
    "dirwalk_stat": "it is called with (req, path)",
}


def cure(exception: BaseException, phase: str, name: str, is_own: bool) -> str:
    """Return what to do about an exception of the callable that the configuration calls `name`, or "".

    `is_own`: no code of the user has raised it.
    """
    if name.endswith("()") and name not in loading.made:
        is_wrong = is_own and isinstance(exception, TypeError) and _WRONG_CALL.search(str(exception))
        return f"a factory is called without arguments: give those of {name} a default, or name a function that has none" if is_wrong else ""
    named = loading.object_of(name)
    seems = kind_of(named)
    if is_own and isinstance(exception, TypeError) and _WRONG_CALL.search(str(exception)):
        return _called_wrongly(str(exception), phase, name, named, seems)
    if phase in _CONTENT and (seems is Kind.FILTER or _treats_as_bytes(exception)):
        return _mistaken(name, Kind.FILTER)
    if phase in _FILTERS and is_own and seems in (Kind.WSGI, Kind.ASGI):
        return _mistaken(name, seems)
    if phase in (*_FILTERS, "websocket") and seems is Kind.HANDLER and (takes_request(named) or _treats_as_request(exception)):
        return _mistaken(name, Kind.HANDLER)
    if seems is Kind.WEBSOCKET and phase in _CONTENT:
        return _mistaken(name, seems)
    if phase == "asgi" and is_own and _NOT_AWAITABLE.search(str(exception)):
        return "an ASGI application is a coroutine function, async def" + _other(name, seems, Kind.ASGI)
    return foreign_names.cure(exception)


def mismatch(phase: str, name: str) -> str:
    """Return what is wrong with the callable that the configuration calls `name`, if it can't be called as `phase` does,
    or "". Only its signature is looked at.
    """
    site = phase.replace("_filter", " filter")
    count = {"wsgi": 2, "asgi": 3}.get(site, 1 if site in (*phases, *_FILTERS, "websocket") else 0)
    named = loading.object_of(name)
    if not count or not callable(named) or takes(named, count, site in _APPLICATIONS):
        return ""
    return f"{phase} {name} can't be called as this directive does: {_called_wrongly('', site, name, named, kind_of(named))}"


def _called_wrongly(said: str, phase: str, name: str, named: object, seems: Kind | None) -> str:
    if isinstance(named, type) and _WRONG_START.search(said) and phase not in _APPLICATIONS:
        return f"{name} is a class, which is called without arguments to make the instance that is called later"
    if seems is None:
        seems = _by_missing(said)
    if phase in _APPLICATIONS:
        return _CALLED_WITH[phase] + _no_application(phase, name, named, seems)
    if phase in _CONTENT and seems is Kind.HANDLER and takes(named, 1, False):
        return f"what {name} returned is called with (environ, start_response), as a WSGI response: {_RETURN_BODY}"
    if phase in phases:
        expected, how = Kind.HANDLER, f"{name} is called with one argument, the request"
    elif phase in _FILTERS:
        expected, how = Kind.FILTER, f"{name} is called with one argument, the Filter or a chunk"
    else:
        return _CALLED_WITH.get(phase, "") + _other(name, seems, Kind.WEBSOCKET if phase == "websocket" else None)
    return how + _other(name, seems, expected)


def _no_application(phase: str, name: str, named: object, seems: Kind | None) -> str:
    factory = f"If {name} is a factory that makes one, name it with (): {name}()"
    if seems is Kind.FACTORY or seems is None:
        return f". {factory}"
    other = _other(name, seems, _APPLICATIONS[phase])
    return f"{other}. {factory}" if seems is Kind.HANDLER and not takes_request(named) else other


def _by_missing(said: str) -> Kind | None:
    """What the object seems to be whose signature is not known, by the arguments that it misses."""
    if "'start_response'" in said:
        return Kind.WSGI
    return Kind.ASGI if "'send'" in said else None


def _other(name: str, seems: Kind | None, expected: Kind | None) -> str:
    return "" if seems is None or expected is None or seems is expected else f". {_mistaken(name, seems)}"


def _mistaken(name: str, seems: Kind) -> str:
    return f"{name} seems to be {seems.words}: write {seems.directives}"


def _treats_as_bytes(exception: Any) -> bool:
    return isinstance(exception, AttributeError) and isinstance(exception.obj, Request) and hasattr(b"", exception.name or "")


def _treats_as_request(exception: Any) -> bool:
    """In Python 3.11 the error of an assignment does not tell its object."""
    if not isinstance(exception, AttributeError) or isinstance(exception.obj, Request):
        return False
    return isinstance(exception.obj, (bytes, Filter, WebSocket)) and hasattr(Request, exception.name or "")
