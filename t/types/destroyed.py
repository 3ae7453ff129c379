"""Sub-requests that are destroyed while they, or others that belong to them, are in use. The query names the action."""

import asyncio
from collections.abc import Callable, Iterator

from pyhook import OK, Filter, Request

kept: dict[str, Request] = {}


def error_of(action: Callable[[], object]) -> str:
    try:
        action()
    except Exception as error:
        return type(error).__name__
    return "nothing"


def do(req: Request) -> object:
    return globals()[req.args or "plain"](req)


def plain(req: Request) -> str:
    return "plain"


def kill_main(req: Request) -> str:
    assert req.main is not None
    return error_of(req.main.destroy)


def kill_prev(req: Request) -> str:
    assert req.prev is not None
    return error_of(req.prev.destroy)


def kill_kept(*_: object) -> str:
    return error_of(kept["sub"].destroy)


def look(req: Request) -> Request:
    kept["sub"] = sub = req.lookup_uri("/types/destroyed/sub")
    return sub


def in_a_cleanup(req: Request) -> str:
    said: list[str] = []
    sub = look(req)
    sub.add_cleanup(lambda: said.append(error_of(sub.destroy)))
    sub.destroy()
    return f"{said} {sub.ended}"


def in_the_last_cleanup(req: Request) -> str:
    sub = look(req)
    sub.add_cleanup(sub.destroy)
    return "left to the end"


def while_a_part_runs(req: Request) -> int:
    look(req).lookup_uri("/types/destroyed?kill_main").run()
    return OK


def while_a_coroutine_waits(req: Request) -> int:
    look(req).lookup_uri("/types/destroyed?kill_while_others_wait").run()
    return OK


def while_a_coroutine_of_it_runs(req: Request) -> int:
    kept["sub"] = sub = req.lookup_uri("/types/destroyed?kill_while_others_wait")
    sub.run()
    return OK


async def kill_while_others_wait(req: Request) -> str:
    """The thread that serves the request waits for the event loop's thread, which runs this."""
    before = kill_kept()
    await asyncio.sleep(0)
    return f"{before} {error_of(req.destroy)}"


def while_redirected(req: Request) -> int:
    look(req).internal_redirect("/types/destroyed?kill_prev")
    return OK


def while_looking_up(req: Request) -> str:
    sub = look(req)
    return f"{sub.lookup_uri('/types/destroyed/guarded').notes['killed']} {sub.ended}"


def while_evaluating(req: Request) -> str:
    sub = look(req)
    return f"{sub.expr('''-U '/types/destroyed/guarded' ''')} {kept['killed']} {sub.ended}"


def guard(req: Request) -> None:
    req.notes["killed"] = kept["killed"] = error_of(req.main.destroy) if req.main else "no main"  # type: ignore[assignment]


def languages() -> Iterator[str]:
    yield kill_kept()


def while_converting(req: Request) -> str:
    sub = look(req)
    sub.content_languages = languages()  # type: ignore[assignment]
    sub.allow_methods(languages())
    return f"{sub.content_languages} {sub.ended}"


def while_writing(req: Request) -> int:
    req.add_output_filter("destroyed-killer")
    sub = look(req)
    sub.write("written ")
    sub.flush()
    req.write(f"{sub.ended}")
    return OK


def killer(f: Filter) -> Iterator[bytes]:
    chunk = yield b""
    while chunk is not None:
        chunk = yield chunk + kill_kept().encode() + b" "


def filters(req: Request) -> str:
    sub = look(req)
    said = [error_of(lambda: sub.add_output_filter("destroyed-protocol")), error_of(lambda: sub.add_input_filter("destroyed-protocol"))]
    sub.destroy()
    req.write("before ")
    return f"{said}"


def passed(chunk: bytes) -> bytes:
    return chunk
