"""`mod_python.publisher`: a URL names a module of the site and an object in it."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import ItemsView, Iterator, KeysView, ValuesView
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType

from . import apache
from .importing import is_claimed
from .publishing import check_access, login_of
from .util import Field, FieldStorage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .requests import mp_request

DATA = (str, bytes, int, float, complex, list, tuple, dict, set, frozenset)
"""Types of plain data, which is shown as text."""

HEAP_TYPE = 1 << 9  # Py_TPFLAGS_HEAPTYPE: a class that Python code has made

_HTML = re.compile(r"\s*<(!doctype html|html)", re.IGNORECASE)


def handler(req: mp_request) -> int:
    """Publish what the URL names. Raises `SERVER_RETURN`."""
    file, names = target_of(req)
    module = apache.import_module(file)
    found = resolve_object(req, module, names)
    if is_called(found):
        req.form = FieldStorage(req, keep_blank_values=1)  # type: ignore[attr-defined]
        found = called(req, found)
    publish(req, found)
    return apache.DONE


def target_of(req: mp_request) -> tuple[str, list[str]]:
    """Find the file of the module, and the names below it. Raises `SERVER_RETURN`."""
    filename = req.filename or ""
    below = [name for name in (req.path_info or "").split("/") if name]
    mode = mode_of(filename)
    if stat.S_ISDIR(mode):
        file = os.path.join(filename, "index.py")
    else:
        file = os.path.splitext(filename)[0] + ".py"
        if file != filename:
            mode = mode_of(file)
        if not stat.S_ISREG(mode):
            below.insert(0, os.path.basename(filename))
            file = os.path.join(os.path.dirname(filename), "index.py")
    if not stat.S_ISREG(mode) and not os.path.isfile(file):
        raise apache.SERVER_RETURN(apache.HTTP_NOT_FOUND)
    if os.path.basename(file).startswith("_"):
        raise apache.SERVER_RETURN(apache.HTTP_FORBIDDEN)
    return file, below or ["index"]


def mode_of(file: str) -> int:
    """Give the mode of a file, 0 if it can't be looked at."""
    try:
        return os.stat(file).st_mode
    except (OSError, ValueError):
        return 0


def resolve_object(req: mp_request, module: ModuleType, names: list[str]) -> Any:
    """Follow the names from the module, asking `__auth__` and `__access__` at each step. Raises `SERVER_RETURN`."""
    login = login_of(req)
    realm = check_access(req, module, login, "unknown")
    found: Any = module
    for name in names:
        if name.startswith("_") or not (found is module or is_traversed(req, found)):
            raise apache.SERVER_RETURN(apache.HTTP_FORBIDDEN)
        try:
            found = getattr(found, name)
        except AttributeError:
            raise apache.SERVER_RETURN(apache.HTTP_NOT_FOUND) from None
        realm = check_access(req, found, login, realm)
    if not is_published(req, found):
        raise apache.SERVER_RETURN(apache.HTTP_FORBIDDEN)
    if is_called(found) and not isinstance(found, (FunctionType, MethodType)):
        check_access(req, type(found).__call__, login, realm)
    return found


def is_instance(found: Any) -> bool:
    """Is it an instance of a class that Python code has made?"""
    return not isinstance(found, (type, ModuleType)) and bool(type(found).__flags__ & HEAP_TYPE)


def is_of_site(req: mp_request, function_or_class: Any) -> bool:
    """Was it defined in a module of a site, or in one that the option names? What modules import is for them alone."""
    name = str(getattr(function_or_class, "__module__", ""))
    return is_claimed(name) or name in req._settings().options.get("mod_python.publisher.modules", "").split()


def is_traversed(req: mp_request, found: Any) -> bool:
    """May a URL name an attribute of it?"""
    if isinstance(found, (FunctionType, MethodType, BuiltinFunctionType)):
        return False
    return is_instance(found) and is_of_site(req, type(found))


def is_published(req: mp_request, found: Any) -> bool:
    """May a URL name it? Plain data, and functions, methods and instances whose code is the site's own."""
    function = found.__func__ if isinstance(found, MethodType) else found
    if isinstance(function, FunctionType):
        return is_of_site(req, function)
    if found is None or isinstance(found, DATA):
        return True
    return not isinstance(found, MethodType) and is_instance(found) and is_of_site(req, type(found))


def is_called(found: Any) -> bool:
    """Is it called, rather than shown?"""
    return callable(found) and not isinstance(found, type)


def called(req: mp_request, found: Any) -> Any:
    """Call it with the inputs of the form that it has parameters for. Raises `SERVER_RETURN`."""
    function = found if isinstance(found, (FunctionType, MethodType)) else type(found).__call__.__get__(found)
    code = function.__code__
    first = 1 if isinstance(function, MethodType) else 0
    count = code.co_argcount + code.co_kwonlyargcount
    names = code.co_varnames[first:count]
    takes_all = bool(code.co_flags & 8)  # CO_VARKEYWORDS
    arguments = {
        name: plain(req.form[name])  # type: ignore[attr-defined]
        for name in req.form.keys()  # type: ignore[attr-defined]
        if takes_all or name in names
    }
    if takes_all and first:
        arguments.pop(code.co_varnames[0], None)
    arguments.pop("req", None)
    if "req" in names:
        arguments["req"] = req
    demanded = code.co_argcount - len(function.__defaults__ or ())
    needed = [*code.co_varnames[first:demanded], *(set(code.co_varnames[code.co_argcount : count]) - set(getattr(function, "__kwdefaults__", None) or ()))]
    if missing := [name for name in needed if name not in arguments]:
        req.log_error(f"publisher: the form misses {', '.join(missing)}", apache.APLOG_INFO)
        raise apache.SERVER_RETURN(apache.HTTP_BAD_REQUEST)
    positional = [arguments.pop(name) for name in code.co_varnames[first : code.co_posonlyargcount]]
    return found(*positional, **arguments)


def plain(value: Any) -> Any:
    """Give the values of a form as handlers take them: str, or a `Field` for a file."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    return value if isinstance(value, Field) else value.value


def publish(req: mp_request, result: Any) -> None:
    """Send what was found, or what it returned."""
    if result is None:
        return
    is_text = isinstance(result, (str, bytes))
    if not is_text and isinstance(result, (Iterator, KeysView, ValuesView, ItemsView)):
        for piece in result:
            publish(req, piece)
        return
    data = result if is_text else str(result)
    if not req._content_type_set:
        req.content_type = type_of(data)
    if data and not req.pyhook.header_only:
        req.write(data, 0)


def type_of(data: str | bytes) -> str:
    """Guess the content type from the first characters."""
    start = data[:100] if isinstance(data, str) else data[:100].decode("latin-1")
    kind = "text/html" if _HTML.match(start) else "text/plain"
    return kind if isinstance(data, bytes) or data.isascii() else kind + "; charset=utf-8"
