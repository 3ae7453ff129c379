"""`mod_python.publisher`: a URL names a module of the site and an object in it."""

from __future__ import annotations

import os
import re
from collections.abc import ItemsView, Iterator, KeysView, ValuesView
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType

from . import apache
from .importing import is_claimed
from .publishing import MEANS_RULES, check_access, has_no_rules, login_of
from .signatures import Signature, signature_of
from .util import Field, FieldStorage, StringField

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from .requests import mp_request

DATA = (str, bytes, int, float, complex, list, tuple, dict, set, frozenset)
"""Types of plain data, which is shown as text."""

HEAP_TYPE = 1 << 9  # Py_TPFLAGS_HEAPTYPE: a class that Python code has made

KINDS, DIRECTORY, REGULAR = 0o170000, 0o040000, 0o100000  # S_IFMT, S_IFDIR, S_IFREG

_HTML = re.compile(r"\s*<(!doctype html|html)", re.IGNORECASE)


def handler(req: mp_request) -> int:
    """Publish what the URL names. Raises `SERVER_RETURN`."""
    file, names = target_of(req)
    module = module_of(req, file)
    found, signature = free_function(req, module, names)
    if signature is None:
        found = resolve_object(req, module, names)
    if signature is not None or is_called(found):
        req.form = FieldStorage(req, keep_blank_values=1)  # type: ignore[attr-defined]
        found = called(req, found, signature)
    publish(req, found)
    return apache.DONE


def module_of(req: mp_request, file: str) -> ModuleType:
    """Import the module as the handler that runs sees it. Whether files were edited was looked at for that one."""
    handler = req._now.now() if req._now else None
    if handler is None:
        return apache.import_module(file)
    space = handler.kept[0] if handler.kept else req.hlist.space(handler)
    module: ModuleType = space.load_file(file)
    return module


def free_function(req: mp_request, module: ModuleType, names: list[str]) -> tuple[Any, Signature | None]:
    """Give what most URLs name: a function of the module, without rules for either. It comes with its signature; None
    stands for anything else.
    """
    own = module.__dict__
    name = names[0]
    found = own.get(name)
    if type(found) is FunctionType and len(names) == 1 and not found.__dict__ and own.keys().isdisjoint(MEANS_RULES):
        signature = signature_of(found)
        if not (signature.has_rules or name.startswith("_")) and (signature.is_claimed or is_of_site(req, found)):
            return found, signature
    return None, None


def target_of(req: mp_request) -> tuple[str, list[str]]:
    """Find the file of the module, and the names below it. Raises `SERVER_RETURN`."""
    filename = req.filename or ""
    path = req.path_info or ""
    below = [path[1:]] if path.rfind("/") == 0 and path != "/" else [name for name in path.split("/") if name]
    kind = kind_of_request(req, filename)
    if kind == REGULAR and is_plain_module(filename):
        file = filename
    elif kind == DIRECTORY:
        file = os.path.join(filename, "index.py")
    else:
        file = filename if is_plain_module(filename) else os.path.splitext(filename)[0] + ".py"
        if file != filename:
            kind = kind_of(file)
        if kind != REGULAR:
            below.insert(0, os.path.basename(filename))
            file = os.path.join(os.path.dirname(filename), "index.py")
    if kind != REGULAR and not os.path.isfile(file):
        raise apache.SERVER_RETURN(apache.HTTP_NOT_FOUND)
    if file.startswith("_", file.rfind("/") + 1):
        raise apache.SERVER_RETURN(apache.HTTP_FORBIDDEN)
    return file, below or ["index"]


def is_plain_module(file: str) -> bool:
    """Does the name of the file end as that of most modules do?"""
    return file.endswith(".py") and file[-4:-3] not in ("/", ".", "")


def kind_of_request(req: mp_request, filename: str) -> int:
    """Give the kind of the request's file. httpd has looked at it, unless a handler has named another one since."""
    shown = req.pyhook
    if shown.file_type == "file" and shown.filename == shown.canonical_filename:
        return REGULAR
    return kind_of(filename)


def kind_of(file: str) -> int:
    """Give the kind of a file, 0 if it can't be looked at."""
    try:
        return os.stat(file).st_mode & KINDS
    except (OSError, ValueError):
        return 0


def resolve_object(req: mp_request, module: ModuleType, names: list[str]) -> Any:
    """Follow the names from the module, asking `__auth__` and `__access__` at each step. Raises `SERVER_RETURN`."""
    login = None
    realm = "unknown"
    found: Any = module
    if not has_no_rules(module):
        login = login_of(req)
        realm = check_access(req, module, login, realm)
    for name in names:
        if name.startswith("_") or not (found is module or is_traversed(req, found)):
            raise apache.SERVER_RETURN(apache.HTTP_FORBIDDEN)
        try:
            found = getattr(found, name)
        except AttributeError:
            raise apache.SERVER_RETURN(apache.HTTP_NOT_FOUND) from None
        if not has_no_rules(found):
            login = login or login_of(req)
            realm = check_access(req, found, login, realm)
    if not is_published(req, found):
        raise apache.SERVER_RETURN(apache.HTTP_FORBIDDEN)
    if is_called(found) and not isinstance(found, (FunctionType, MethodType)):
        check_access(req, type(found).__call__, login or login_of(req), realm)
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
    if type(function) is FunctionType:
        return is_of_site(req, function)
    if found is None or isinstance(found, DATA):
        return True
    return not isinstance(found, MethodType) and is_instance(found) and is_of_site(req, type(found))


def is_called(found: Any) -> bool:
    """Is it called, rather than shown?"""
    return callable(found) and not isinstance(found, type)


def called(req: mp_request, found: Any, signature: Signature | None = None) -> Any:
    """Call it with the inputs of the form that it has parameters for. Raises `SERVER_RETURN`."""
    if signature is None:
        function = found if isinstance(found, (FunctionType, MethodType)) else type(found).__call__.__get__(found)
        if isinstance(function, MethodType):
            signature = signature_of(function.__func__, 1)
        else:
            signature = signature_of(function, 0)
    arguments: dict[str, Any] = {}
    for name, value in values_of(req.form):  # type: ignore[attr-defined]
        if name in signature.names or (signature.takes_all and name not in signature.refused):
            if name in arguments:
                earlier = arguments[name]
                arguments[name] = [*(earlier if type(earlier) is list else [earlier]), value]
            else:
                arguments[name] = value
    if signature.wants_request:
        arguments["req"] = req
    for name in signature.needed:
        if name not in arguments:
            missing = ", ".join(one for one in signature.needed if one not in arguments)
            req.log_error(f"publisher: the form misses {missing}", apache.APLOG_INFO)
            raise apache.SERVER_RETURN(apache.HTTP_BAD_REQUEST)
    if signature.positional:
        return found(*[arguments.pop(name) for name in signature.positional], **arguments)
    return found(**arguments)


def values_of(form: Any) -> Iterable[tuple[str, Any]]:
    """Give the inputs by their names, as handlers take them: str, or a `Field` for a file. The form may be one that the
    site has put there.
    """
    if type(form) is not FieldStorage:
        return [(name, plain(form[name])) for name in form.keys()]
    pairs = form.pairs()
    return [(field.name, plain(field)) for field in form.list] if pairs is None else pairs


def plain(value: Any) -> Any:
    """Give the values of a form as handlers take them."""
    if type(value) is StringField:
        return str.__str__(value)
    if isinstance(value, list):
        return [plain(one) for one in value]
    return value if isinstance(value, Field) else value.value


def publish(req: mp_request, result: Any) -> None:
    """Send what was found, or what it returned."""
    is_text = type(result) is str or isinstance(result, (str, bytes))
    if not is_text:
        if result is None:
            return
        if isinstance(result, (Iterator, KeysView, ValuesView, ItemsView)):
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
    if type(data) is str and "<" not in data and data.isascii():
        return "text/plain"
    start = data[:100] if isinstance(data, str) else data[:100].decode("latin-1")
    kind = "text/html" if "<" in start and _HTML.match(start) else "text/plain"
    return kind if isinstance(data, bytes) or data.isascii() else kind + "; charset=utf-8"
