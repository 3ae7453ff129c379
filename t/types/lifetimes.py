"""Keeps requests and their records past their end, hands them to other threads, and leaves cleanups behind."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

from pyhook import OK, Connection, Headers, Request
from pyhook.log_entry import LogEntry

# Arguments for every method; a property is read.
arguments: dict[str, tuple[Any, ...]] = {
    "write": ("x",), "awrite": ("x",), "sendfile": ("/etc/hostname",), "set_content_length": (5,), "send_interim_response": (103,),
    "custom_response": (404, "x"), "allow_methods": (["GET"],), "internal_redirect": ("/",), "lookup_uri": ("/",),
    "lookup_file": ("/etc",), "add_input_filter": ("INCLUDES",), "add_output_filter": ("INCLUDES",),
    "add_cleanup": (print,), "construct_url": ("/",), "expr": ("true",), "expr_string": ("x",), "ssl_var": ("x",),
    "log": ("x",), "recv": (1,), "add": ("a", "b"), "get": ("a",), "get_all": ("a",), "pop": ("a",), "setdefault": ("a", "b"),
    "update": ({"a": "b"},), "__getitem__": ("a",), "__setitem__": ("a", "b"), "__delitem__": ("a",), "__contains__": ("a",),
    "readline": (1,), "read": (1,), "__eq__": ({},), "__ne__": ({},),
}
special = ("__iter__", "__next__", "__len__", "__getitem__", "__setitem__", "__delitem__", "__contains__", "__eq__")
kept: dict[str, Any] = {}


def members(record: object) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield every use of a record except `ended`: reading, calling, setting."""
    kind = type(record)
    inherited = () if kind is Headers else ("__eq__",)
    for name in dir(kind):
        if name == "ended" or name in inherited or (name.startswith("_") and name not in special):
            continue
        if name in ("items", "keys", "values"):
            yield name, lambda name=name: list(getattr(record, name)())  # type: ignore[misc]
        elif callable(getattr(kind, name)):
            yield name, lambda name=name: getattr(record, name)(*arguments.get(name, ()))  # type: ignore[misc]
        else:
            yield name, lambda name=name: getattr(record, name)  # type: ignore[misc]
            yield f"{name}=", lambda name=name: setattr(record, name, "x")  # type: ignore[misc]


def outcomes(record: object, expected: str) -> str:
    """Count the uses that end as expected, and name the others."""
    count, others = 0, []
    for name, use in members(record):
        try:
            use()
            result = "nothing"
        except Exception as error:
            result = type(error).__name__
        if result == expected or (name.endswith("=") and result == "AttributeError"):
            count += 1
        else:
            others.append(f"{name}: {result}")
    return f"{type(record).__name__} {count > 5} {', '.join(others)};"


def tables_of(req: Request) -> list[Headers]:
    return [req.headers_in, req.headers_out, req.err_headers_out, req.trailers_in, req.trailers_out, req.subprocess_env,
            req.notes, req.connection.notes]


def keep(req: Request) -> str:
    kept.update(req=req, connection=req.connection, tables=tables_of(req), state=req.state, options=req.options)
    req.state.x = [1]
    return "kept"


def uses(req: Request) -> str:
    records = [kept["req"], kept["connection"], *kept["tables"]]
    return " ".join(outcomes(record, "RequestEnded") for record in records)


def names(req: Request) -> str:
    return f"{kept['req']!r} {kept['tables'][0]!r} {kept['state']} {dict(kept['options']) is not None}"


def goes_on(req: Request) -> str:
    """A connection that serves on while its first request has ended."""
    return f"{kept['req'].ended} {kept['connection'].ended} {kept['connection'] is req.connection}"


def answered(req: Request) -> str:
    """The first of two requests that came together is still among the output."""
    said = error_of(kept["req"].lookup_uri, "/lives/part"), error_of(lambda: kept["req"].method)
    uses = " ".join(outcomes(record, "RequestEnded") for record in (kept["req"], *kept["tables"][:-1]))
    same = kept["connection"] is req.connection and kept["tables"][-1] is req.connection.notes
    kept.clear()
    return f"{said} {uses} {same}"


class Late:
    """Uses the request that the handler wrote for when the one that it belongs to ends."""

    def __del__(self) -> None:
        kept["late"] = error_of(kept["now"].write, "[too late]") if "now" in kept else "nothing to use"


def leave(req: Request) -> str:
    req.state.late = Late()
    return "left"


def write_on(req: Request) -> int:
    """Send while the request before this one is among the output."""
    kept["now"] = req
    req.write("first ")
    req.flush()
    req.write(f"second {kept.get('late')}")
    kept.clear()
    return OK


async def keep_on_loop(req: Request) -> str:
    return keep(req)


async def answered_on_loop(req: Request) -> str:
    return answered(req)


def error_of(action: Callable[..., object], *arguments: object) -> str:
    try:
        action(*arguments)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "nothing"


def forget(req: Request) -> str:
    kept.clear()
    return "forgotten"


def ended(req: Request) -> str:
    return f"{kept['req'].ended} {kept['connection'].ended}"


def in_thread(action: Callable[[], str]) -> str:
    said: list[str] = []
    thread = threading.Thread(target=lambda: said.append(action()))
    thread.start()
    thread.join()
    return said[0] if said else "nothing"


def elsewhere(req: Request) -> str:
    records = [req, req.connection, *tables_of(req)]
    return in_thread(lambda: " ".join(outcomes(record, "RuntimeError") for record in records) + f" {req.ended}")


def cleanups(req: Request) -> str:
    def say(what: str) -> None:
        req.log(f"cleanup: {what} {req.uri} {req.phase}")

    def fail() -> None:
        raise ValueError("cleanup: this one fails")

    def more() -> None:
        say("more")
        req.add_cleanup(say, "added")

    for cleanup in ((say, "first"), (fail,), (more,), (say, "last")):
        req.add_cleanup(*cleanup)
    try:
        req.add_cleanup()  # type: ignore[call-arg]
    except TypeError:
        pass
    try:
        req.add_cleanup(5)  # type: ignore[arg-type]
    except TypeError:
        return "registered"
    return "a number was taken for a cleanup"


def log_late(req: Request) -> str:
    req.add_cleanup(lambda: req.log(f"late: {req.uri}"))
    return "registered"


def note(entry: LogEntry) -> None:
    if "late: " in entry.message:
        kept["noted"] = entry.request


def noted(req: Request) -> str:
    """What the view does that `note` got."""
    if "noted" not in kept:
        return "nothing was noted"
    try:
        return kept["noted"].uri
    except Exception as error:
        return type(error).__name__


def orphan(req: Request) -> str:
    """A sub-request that outlives the main one: its cleanup runs after the end of that one."""
    part = req.lookup_uri("/lives/part")
    part.add_cleanup(look_back, part)
    return str(part.status)


def look_back(part: Request) -> None:
    try:
        main: object = part.main
    except Exception as error:
        main = type(error).__name__
    part.log(f"orphan: {part.uri} {main}")


def part(req: Request) -> str:
    return "part"


def remember(req: Request) -> None:
    req.state.seen, req.state.request = req.phase, req
    kept_connections.append(req.connection)


kept_connections: list[Connection] = []


def same(req: Request) -> int:
    req.write(f"{req.state.seen} {req.state.request is req} {kept_connections[-1] is req.connection}")
    return OK


def same_still(req: Request) -> None:
    req.log(f"same: {req.state.request is req} {req.phase} {req.status}")


def of_kept(req: Request) -> str:
    """Answer the query's question about the kept records."""
    return str(globals()[req.args or ""](req))
