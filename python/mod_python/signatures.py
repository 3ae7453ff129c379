"""What the publisher must know of a function, read once from its code: its parameters, and whether it has rules."""

from __future__ import annotations

from types import CodeType, FunctionType
from weakref import ref

from .importing import is_claimed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

RULES = ("__auth__", "__access__", "__auth_realm__")

TAKES_ALL = 8  # CO_VARKEYWORDS


class Signature:
    """The parameters that a form can fill, behind the first ones, which are bound already."""

    def __init__(self, function: Any, bound: int) -> None:
        code: CodeType = function.__code__
        self.code = code
        self.bound = bound
        self.defaults = function.__defaults__
        named = code.co_argcount + code.co_kwonlyargcount
        names = code.co_varnames
        demanded = code.co_argcount - len(function.__defaults__ or ())
        only_named = set(names[code.co_argcount : named]) - set(getattr(function, "__kwdefaults__", None) or ())
        self.refused = frozenset(("req", *names[:bound]))
        self.names = frozenset(names[bound:named]) - self.refused
        self.wants_request = "req" in names[bound:named]
        self.takes_all = bool(code.co_flags & TAKES_ALL)
        self.positional = names[bound : code.co_posonlyargcount]
        self.needed = (*names[bound:demanded], *only_named)
        self.rule_functions = [
            (one.co_name, one)
            for one in code.co_consts
            if isinstance(one, CodeType) and one.co_name in RULES and not one.co_freevars
        ]
        self.rules = [name for name in RULES if name in names or name in code.co_cellvars]
        self.has_rules = bool(self.rule_functions or self.rules)
        self.is_claimed = is_claimed(str(getattr(function, "__module__", "")))
        """Was it defined in a module of a site?"""


_signatures: dict[ref[FunctionType], Signature] = {}


def signature_of(function: Any, bound: int = 0) -> Signature:
    """Read the signature, or give what was read before."""
    if type(function) is not FunctionType or function.__kwdefaults__ is not None:
        return Signature(function, bound)
    known = _signatures.get(ref(function))
    if known is not None and known.code is function.__code__ and known.defaults is function.__defaults__:
        if known.bound == bound:
            return known
    known = _signatures[ref(function, _forget)] = Signature(function, bound)
    return known


def _forget(function: ref[FunctionType]) -> None:
    _signatures.pop(function, None)
