"""`mod_python.apache`: httpd's functions, numbers and objects for handlers."""

from __future__ import annotations

import pyhook

from .asking import ask, native, records
from .constants import *  # noqa: F403
from .finfo import mp_finfo as mp_finfo
from .finfo import stat as stat
from .importing import space_of
from .requests import mp_request as mp_request
from .returning import SERVER_RETURN as SERVER_RETURN
from .running import running_here
from .servers import level_of, register_at_exit, server_of
from .servers import mp_server as mp_server
from .settings import settings_from
from .tables import make_table as make_table
from .tables import mp_table as mp_table
from .tables import table as table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import ModuleType
    from typing import Any

    interpreter: str
    main_server: mp_server
    MODULE_MAGIC_NUMBER_MAJOR: int
    MODULE_MAGIC_NUMBER_MINOR: int


def __getattr__(name: str) -> Any:
    """Give what depends on the server or on what runs."""
    if name == "interpreter":
        run = running_here()
        return run.interpreter if run is not None else "main_interpreter"
    if name == "main_server":
        return server_of(pyhook.main_server())
    if name in ("MODULE_MAGIC_NUMBER_MAJOR", "MODULE_MAGIC_NUMBER_MINOR"):
        magic = ask("mod_python.text", pyhook.main_server(), "magic") or "0.0"
        return int(magic.split(".")[name.endswith("MINOR")])
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def log_error(message: object, level: int | None = None, server: mp_server | None = None) -> None:
    """Write to the error log of a server, or where this thread's request logs."""
    if server is not None:
        server.log_error(message, level)
    else:
        pyhook.log(native(message), level_of(level))


def import_module(
    module_name: str, autoreload: int | None = None, log: int | None = None, path: Sequence[str] | None = None
) -> ModuleType:
    """Import a module of the site, anew if a file of the site has been edited. Raises what the import raises.

    `path` are directories to look in; without it those of the handler that runs are meant. An absolute path names the
    file itself.
    """
    run = running_here()
    settings = run.settings if run is not None else settings_from("")
    if path is None and run is not None and run.handlers:
        space = run.space(run.handlers[min(run.at, len(run.handlers) - 1)])
    else:
        name = run.interpreter if run is not None else "main_interpreter"
        space = settings.space(name, None) if path is None else space_of(name, None, (tuple(path), ()))
    if settings.autoreload if autoreload is None else autoreload:
        space.realm.look_for_edits()
    if log:
        log_error(f"mod_python: importing '{module_name}'", APLOG_NOTICE)  # noqa: F405
    return space.load_file(module_name) if module_name.startswith("/") else space.load(module_name)


def exists_config_define(name: str) -> int:
    """Was httpd started with -D and this name?"""
    return int(pyhook.exists_define(name))


exists_config = exists_config_define


def server_root() -> str:
    """Give ServerRoot."""
    return pyhook.server_root()


def mpm_query(code: int) -> int:
    """Ask the multi-processing module, by an `AP_MPMQ_` number."""
    return pyhook.mpm_query(code)


def config_tree() -> list[Any]:
    """Give the configuration as nested lists: for each line its directive and words, behind it the lines inside it."""
    top: list[Any] = []
    levels = [top]
    for depth, directive, words in records(ask("mod_python.config_tree", pyhook.main_server())):
        del levels[int(depth) + 1 :]
        while len(levels) <= int(depth):
            inner: list[Any] = []
            levels[-1].append(inner)
            levels.append(inner)
        levels[-1].append((directive, words))
    return top


def register_cleanup(callable: Callable[[Any], object], data: object = None) -> None:
    """Call `callable(data)` when the child ends."""
    register_at_exit(callable, data)


def allow_methods(req: mp_request, *args: int) -> None:
    """Add methods, by their `M_` numbers, to the Allow header."""
    req.allow_methods([METHODS[number] for number in args])  # noqa: F405


def build_cgi_env(req: mp_request) -> dict[str, str]:
    """Make the environment that a CGI program would have."""
    req.add_cgi_vars()
    environment = dict(req.subprocess_env.items())
    if "authorization" in req.headers_in:
        environment["HTTP_AUTHORIZATION"] = req.headers_in["authorization"]
    return environment
