"""What the server of t/soak/calls asks: each does by chance what calls_any does, and then ends in one of the ways that there are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import TYPE_CHECKING, Any

from calls_any import Chance, aact, act, chance_of, either_way, fail, kept
from pyhook import DECLINED, DONE, OK, Connection, Filter, Request

if TYPE_CHECKING:
    from pyhook.handlers import FilterStream


def look(req: Request) -> object:
    """In every phase."""
    if "Seed" not in req.headers_in:
        return None
    chance = chance_of(req, str(req.phase))
    kept.append(req)
    act(req, chance, 4 if req.is_initial else 2)
    if chance.is_one_of(25):
        return outcome(chance)
    if req.phase == "check_authn" and not chance.is_one_of(10):
        req.user = "somebody"
        return OK
    return None


def outcome(chance: Chance) -> object:
    if chance.is_one_of(2):
        fail(chance)
    return chance.choice((OK, DECLINED, DONE, 200, 204, 304, 401, 403, 404, 500, 302, 10**30, -5, "text", object()))


def answer(req: Request) -> object:
    chance = chance_of(req, "handler")
    kept.append(req)
    act(req, chance, 8)
    kinds: tuple[Callable[[Request, Chance], object], ...] = (
        *(pieces, pieces, lambda req, chance: "text", lambda req, chance: None, lambda req, chance: [b"a", "b"]),
        *(lambda req, chance: req.read(), lambda req, chance: outcome(chance)),
    )
    return chance.choice(kinds)(req, chance)


def pieces(req: Request, chance: Chance) -> Iterator[object]:
    for _ in range(chance.randrange(4)):
        act(req, chance, 3)
        if chance.is_one_of(15):
            fail(chance)
        yield chance.choice((b"piece", b"", b"x" * 20_000, "text", 5))


async def coroutine(req: Request) -> object:
    chance = chance_of(req, "coroutine")
    kept.append(req)
    await aact(req, chance, 5)
    if chance.is_one_of(2):
        await either_way(req.awrite("first"), 5)
    if chance.is_one_of(3):
        await either_way(several(req, chance), 5)
    await aact(req, chance, 5)
    return chance.choice(("then", None, b"bytes")) if chance.is_one_of(2) else outcome(chance)


async def several(req: Request, chance: Chance) -> None:
    """Tasks of one request that read, write and wait at the same time; some are still there when it ends."""
    tasks = [asyncio.ensure_future(one) for one in (aact(req, chance, 3), aact(req, chance, 3), asyncio.sleep(0.01))]
    kept.extend(tasks)
    if not chance.is_one_of(3):
        await asyncio.gather(*tasks, return_exceptions=True)


async def generator(req: Request) -> AsyncIterator[object]:
    chance = chance_of(req, "generator")
    for _ in range(chance.randrange(4)):
        await aact(req, chance, 3)
        if chance.is_one_of(15):
            fail(chance)
        yield chance.choice((b"piece", b"", b"x" * 20_000, "text", 5))


def of_filter(f: Filter, what: str) -> Chance:
    try:
        return chance_of(f.request, what)
    except RuntimeError:
        return Chance(b"none of a request")


def filter_stream(f: Filter) -> FilterStream:
    chance = of_filter(f, "filter")
    kept.append(f)
    act(f, chance, 3)
    if chance.is_one_of(20):
        fail(chance)
    chunk = yield b"begin" if chance.is_one_of(4) else None
    while chunk is not None:
        act(f, chance, 3)
        if chance.is_one_of(20):
            fail(chance)
        chunk = yield chance.choice((chunk, chunk, chunk, chunk[:1], chunk * 2, None))
    act(f, chance, 3)
    if chance.is_one_of(4):
        yield b"end"


class FilterObject:
    def __init__(self) -> None:
        self.filter: Any = None

    def start(self, f: Filter) -> None:
        self.filter = f
        chance = of_filter(f, "start")
        act(f, chance, 4)
        if chance.is_one_of(20):
            fail(chance)

    def __call__(self, chunk: bytes) -> bytes:
        if self.filter is not None:
            act(self.filter, of_filter(self.filter, "called"), 3)
        return chunk


def filter_function(chunk: bytes) -> bytes:
    return chunk


def of_connection(connection: Connection) -> object:
    kept.append(connection)
    chance = Chance(f"port {connection.client_port}".encode())
    act(connection, chance, 3)
    return outcome(chance) if chance.is_one_of(40) else None


def text(req: Request, *_: object) -> str:
    """In log formats, expressions and look-ups of rewrite maps."""
    chance = chance_of(req, "text")
    act(req, chance, 2)
    if chance.is_one_of(20):
        fail(chance)
    return "x"


def password(req: Request, *_: object) -> object:
    act(req, chance_of(req, "password"), 2)
    return True


def permit(req: Request, *_: object) -> object:
    chance = chance_of(req, "permit")
    act(req, chance, 2)
    return None if chance.is_one_of(10) else True


def hello(req: Request) -> str:
    return "hello\n"


def counted(req: Request) -> str:
    return f"{len(kept)}\n"


