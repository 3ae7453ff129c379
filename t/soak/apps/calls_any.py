"""Reads, sets and calls by chance what can be reached from a request, a connection or a filter.

The header `Seed` decides what is done with a request, so that it can be done again."""

from __future__ import annotations

import asyncio
import inspect
import random
import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import pyhook
from pyhook import Connection, Filter, Headers, Request

MOST_USES = 60
"""For one seed in one interpreter: what is called may lead to more calls, through sub-requests of sub-requests, without end."""
SPECIAL = (
    *("__iter__", "__next__", "__len__", "__getitem__", "__setitem__", "__delitem__", "__contains__"),
    *("__eq__", "__hash__", "__repr__", "__aiter__"),
)
PATHS = ("/", "/page.txt", "/main/a", "/shop/b", "/pool/c", "/wsgi/d", "/asgi/e", "/guarded/f", "/page.shtml", "page.txt", "a?x=y")
ODD_PATHS = ("/nothing", "*", "", "//", "/main/%00", "/shop/..", "/page.txt/below", "http://x/")
FILTERS = ("out", "out-class", "out-function", "in", "in-class", "protocol", "INCLUDES", "DEFLATE", "RANGE", "nothing", "")
EXPRESSIONS = ("true", "-U '/main/x'", "-F '/etc/hostname'", "%{REQUEST_URI} =~ /(.)/", "pyhook('calls_site:text') == 'x'", "%{", "'x' -in {")

kept: deque[Any] = deque(maxlen=200)
"""Records and what belongs to them, of requests that may have ended."""
uses_left: dict[bytes, int] = {}

# What a method can be called with; the others get values.
USUAL: dict[str, tuple[tuple[Any, ...], ...]] = {
    "write": (("text",), (b"bytes",), (b"x" * 100_000,)),
    "awrite": (("x",), (b"y" * 100_000,)),
    "aread": ((), (3,)),
    "aread1": ((),),
    "recv": ((10, 0.1),),
    "read": ((), (3,), (10, 0.1)),
    "readline": ((), (3,), (10, 0.1)),
    "sendfile": (("/etc/hostname",), ("/nothing",), ("/etc/hostname", 1, 3)),
    "set_content_length": ((5,), (0,)),
    "send_interim_response": ((103,),),
    "custom_response": ((404, "none"), (403, "/page.txt"), (500, "http://x/")),
    "allow_methods": ((["GET", "POST"],),),
    "internal_redirect": tuple((path,) for path in PATHS + ODD_PATHS),
    "lookup_uri": tuple((path,) for path in PATHS + ODD_PATHS),
    "lookup_file": tuple((path,) for path in PATHS + ODD_PATHS),
    "add_input_filter": tuple((name,) for name in FILTERS),
    "add_output_filter": tuple((name,) for name in FILTERS),
    "construct_url": (("/x",),),
    "expr": tuple((text,) for text in EXPRESSIONS),
    "expr_string": (("%{REQUEST_URI}",), ("%{pyhook:calls_site:text}",)),
    "ssl_var": (("HTTPS",),),
    "log": (("called", "debug"),),
    "add": (("X-A", "b"),),
    "update": (({"X-A": "b"},),),
    "__setitem__": (("X-A", "b"), ("Content-Length", "3"), ("Connection", "close"), ("Transfer-Encoding", "chunked")),
}
NO_ARGUMENTS = ("__iter__", "__next__", "__len__", "__hash__", "__repr__", "__aiter__", "run", "destroy", "flush", "end", "decline")
VALUES: tuple[Any, ...] = (
    *(None, True, 0, -1, 1, 2**31, 10**30, 1.5, "", "x", "a\r\nb", "\0", "\udcff", "é", b"", b"bytes", [], ["a", "b"], {"a": "b"}),
    *(object(), print, "GET", "text/plain", "/page.txt", 404, memoryview(b"view"), ("a",), iter("ab")),
)


class Chance(random.Random):
    """What is decided for one seed at one moment."""

    def __init__(self, text: bytes) -> None:
        super().__init__(text)
        self.seed_of_request = text.partition(b" ")[0]

    def is_one_of(self, many: int) -> bool:
        return self.randrange(many) == 0

    def may_use(self) -> bool:
        if len(uses_left) > 10_000:
            uses_left.clear()
        left = uses_left.get(self.seed_of_request, MOST_USES)
        uses_left[self.seed_of_request] = left - 1
        return left > 0


def chance_of(req: Request, what: str) -> Chance:
    """None of its own has a request without a seed: what is done with it is the same each time."""
    text = f"{req.headers_in.get('Seed')} {what} {req.uri} {'sub' if req.main else ''} {'next' if req.prev else ''}"
    return Chance(text.encode("utf-8", "surrogateescape"))


def reachable(record: Any, chance: Chance) -> Any:
    """From the record along a few of its attributes; or something that was kept."""
    if kept and chance.is_one_of(4):
        record = chance.choice(kept)
    for _ in range(chance.randrange(4)):
        if not chance.may_use():  # httpd may ask callables for an attribute
            break
        try:
            names = [name for name in dir(type(record)) if not name.startswith("_") and name not in USUAL]
            found = getattr(record, chance.choice(names))
        except Exception:
            break
        if isinstance(found, Request | Connection | Headers | Filter | pyhook.Server):
            record = found
            kept.append(record)
    return record


def later(seed: bytes) -> None:
    """In cleanups: chance goes on there with what the request that is over left."""
    chance = Chance(seed)
    for _ in range(2):
        if kept:
            use(chance.choice(kept), chance)


class Last:
    """In the state of a request: chance goes on when that ends, amid what httpd then does."""

    def __init__(self, seed: bytes) -> None:
        self.seed = seed

    def __del__(self) -> None:
        later(self.seed)


def use(record: Any, chance: Chance) -> Any:
    """One of its members is read, called or set; an awaitable is what may come of it."""
    kind = type(record)
    name = chance.choice([name for name in dir(kind) if not name.startswith("_") or name in SPECIAL])
    if not chance.may_use():
        return None
    try:
        if callable(getattr(kind, name)):
            return keep(getattr(record, name)(*arguments_for(name, chance)))
        if chance.is_one_of(3):
            setattr(record, name, chance.choice(VALUES))
        else:
            kept.append(getattr(record, name))
    except Exception as error:
        error.__traceback__ = None
    return None


def arguments_for(name: str, chance: Chance) -> tuple[Any, ...]:
    usual = not chance.is_one_of(5)
    if name == "add_cleanup" and usual:
        return (later, chance.seed_of_request + b" %d" % chance.randrange(2**32))
    if name in NO_ARGUMENTS and usual:
        return ()
    if name in USUAL and usual:
        return chance.choice(USUAL[name])
    return tuple(chance.choice([*VALUES, *kept]) for _ in range(chance.randrange(3)))


def keep(result: Any) -> Any:
    if inspect.isawaitable(result):
        return result
    if isinstance(result, Iterator):
        for _ in zip(range(3), result, strict=False):
            pass
    if result is not None:
        kept.append(result)
    return None


def act(record: Any, chance: Chance, most: int = 5) -> None:
    for _ in range(chance.randrange(most)):
        target = reachable(record, chance)
        if chance.is_one_of(20):
            thread = threading.Thread(target=use, args=(target, chance))
            thread.start()
            thread.join()
        elif chance.is_one_of(12) and isinstance(target, Request):
            include(target, chance)
        elif chance.is_one_of(12) and isinstance(target, Request):
            leave_last(target, chance)
        else:
            forget(use(target, chance))


def forget(awaitable: Any) -> None:
    """One that is never awaited."""
    if inspect.iscoroutine(awaitable):
        awaitable.close()


async def aact(record: Any, chance: Chance, most: int = 5) -> None:
    """The same in a coroutine."""
    for _ in range(chance.randrange(most)):
        awaitable = use(reachable(record, chance), chance)
        if awaitable is None:
            continue
        if chance.is_one_of(8):
            forget(awaitable)
        else:
            await either_way(awaitable, 0.001 if chance.is_one_of(4) else 5)


async def either_way(awaitable: Any, seconds: float) -> Any:
    try:
        return await asyncio.wait_for(awaitable, seconds)
    except Exception as error:  # of a wrong use, or of time
        error.__traceback__ = None
        return None


def include(req: Request, chance: Chance) -> None:
    """A sub-request through its whole life."""
    steps: tuple[Callable[[Request], object], ...] = (Request.run, Request.destroy, lambda sub: act(sub, chance, 3), Request.run, Request.destroy)
    try:
        sub = req.lookup_uri(chance.choice(PATHS))
        kept.append(sub)
        for step in steps:
            if not chance.is_one_of(3):
                step(sub)
    except Exception as error:
        error.__traceback__ = None


def leave_last(req: Request, chance: Chance) -> None:
    try:
        req.state.last = Last(chance.seed_of_request + b" last %d" % chance.randrange(2**32))
    except Exception as error:
        error.__traceback__ = None


class Unprintable(Exception):
    def __str__(self) -> str:
        raise ValueError("no text")


def fail(chance: Chance) -> None:
    """By an error of any kind."""
    errors: tuple[BaseException, ...] = (
        *(pyhook.HTTPError(chance.choice((200, 204, 302, 304, 403, 404, 451, 500)), headers={"Location": "/page.txt"}) for _ in range(4)),
        *(ValueError("by chance"), Unprintable(), KeyboardInterrupt(), SystemExit(3), MemoryError(), RecursionError(), StopIteration()),
        *(asyncio.CancelledError(), GeneratorExit(), ConnectionError("gone"), BaseExceptionGroup("many", [KeyError(1), ValueError("\0\udcff")])),
        *(UnicodeEncodeError("utf-8", "\udcff", 0, 1, "by chance"), pyhook.RequestEnded()),
    )
    raise chance.choice(errors)
