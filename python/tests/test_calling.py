from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from http import HTTPStatus

import pytest

import pyhook
from pyhook import DECLINED, DONE, OK, HTTPError, Request
from pyhook.handlers import Phase
from pyhook.testing import FakeRequest, Headers, Response, acall, call, stream


@pytest.mark.parametrize(
    ("answer", "result", "status"),
    [(None, OK, 200), (OK, OK, 200), (DECLINED, DECLINED, 200), (DONE, DONE, 200), (404, 404, 404), (201, OK, 201)]
    + [(HTTPStatus.FORBIDDEN, 403, 403)],
)
def test_an_answer_of_a_content_handler(answer: int | None, result: int, status: int) -> None:
    response = call(lambda req: answer, FakeRequest())
    assert (response.result, response.status, response.body) == (result, status, b"")


def test_a_whole_body_has_its_length() -> None:
    response = call(lambda req: "é", FakeRequest())
    assert (response.body, response.text, response.headers["Content-Length"]) == ("é".encode(), "é", "2")
    assert call(lambda req: b"abc", FakeRequest()).body == b"abc"


def test_text_is_html_unless_the_handler_says_otherwise() -> None:
    def plain(req: Request) -> str:
        req.content_type = "text/plain"
        return "x"

    assert call(lambda req: "x", FakeRequest()).headers["Content-Type"] == "text/html; charset=utf-8"
    assert call(plain, FakeRequest()).headers["Content-Type"] == "text/plain"
    assert "Content-Type" not in call(lambda req: b"x", FakeRequest()).headers


def test_nobody_is_authenticated_without_a_name() -> None:
    with pytest.raises(ValueError, match="set req.user"):
        call(lambda req: OK, FakeRequest(), phase="check_authn")


def test_an_iterator_is_streamed_and_closed() -> None:
    closed = []

    def handler(req: Request) -> Iterator[bytes | str]:
        try:
            yield b"a"
            yield "é"
        finally:
            closed.append(True)

    response = call(handler, FakeRequest())
    assert (response.text, "Content-Length" in response.headers, closed) == ("aé", False, [True])


@pytest.mark.parametrize("answer", [True, 1.5, [b"a"], {"a": 1}, object()])
def test_a_wrong_type_is_named(answer: object) -> None:
    with pytest.raises(TypeError, match=f"not {type(answer).__name__}: "):
        call(lambda req: answer, FakeRequest())


def test_a_wrong_piece_of_a_stream_is_named() -> None:
    with pytest.raises(TypeError, match="bytes or str, not int"):
        call(lambda req: iter([3]), FakeRequest())


@pytest.mark.parametrize("answer", [1, 99, 100, 600, -3])
def test_a_number_that_is_no_answer_is_refused(answer: int) -> None:
    with pytest.raises(ValueError, match=str(answer)):
        call(lambda req: answer, FakeRequest())


def test_only_a_content_handler_returns_a_body() -> None:
    for answer in (b"x", "x", True, iter(())):
        with pytest.raises(TypeError, match="check_authz returns None, OK"):
            call(lambda req: answer, FakeRequest(), phase="check_authz")
    with pytest.raises(ValueError, match="fixups returned 200"):
        call(lambda req: 200, FakeRequest(), phase="fixups")


def test_none_declines_where_the_first_answer_wins_and_goes_on_where_all_run() -> None:
    assert call(lambda req: None, FakeRequest(), phase="check_authn").result == DECLINED
    assert call(lambda req: None, FakeRequest(), phase="translate_name").result == DECLINED
    assert call(lambda req: None, FakeRequest(), phase="fixups").result == OK


def test_an_http_error_becomes_its_status_with_its_headers_only() -> None:
    def handler(req: Request) -> None:
        req.headers_out["X-Good"] = "1"
        req.write(b"begun")
        raise HTTPError(503, "no database", headers={"Retry-After": "9"})

    response = call(handler, FakeRequest())
    assert response == Response(503, 503, Headers({"Retry-After": "9"}), b"", "no database")


def test_the_body_of_an_http_error_is_the_answer() -> None:
    def handler(req: Request) -> None:
        req.write(b"begun")
        raise HTTPError(404, "none", body='{"why": "é"}', content_type="application/json")

    phases: tuple[Phase, ...] = ("handler", "fixups")
    for phase in phases:
        response = call(handler, FakeRequest(), phase=phase)
        assert (response.result, response.status, response.text) == (404, 404, '{"why": "é"}')
        assert dict(response.headers) == {"Content-Length": "13", "Content-Type": "application/json"}


def test_a_redirect_keeps_its_location() -> None:
    def handler(req: Request) -> int:
        req.headers_out["Location"] = "/new"
        return 302

    assert dict(call(handler, FakeRequest()).headers) == {"Location": "/new"}


def test_another_exception_is_for_the_test_to_see() -> None:
    with pytest.raises(ZeroDivisionError):
        call(lambda req: 1 // 0, FakeRequest())
    assert pyhook.current_request() is None


def test_during_the_call_the_request_is_the_current_one_in_its_phase() -> None:
    seen: list[object] = []
    req = FakeRequest()
    call(lambda req: seen.extend((pyhook.current_request(), req.phase)), req, phase="fixups")
    assert seen == [req, "fixups"]
    assert pyhook.current_request() is None


def test_a_coroutine_is_a_content_handler() -> None:
    async def echo(req: Request) -> bytes:
        pieces = [piece async for piece in req]
        assert pyhook.current_request() is req
        return await req.aread() + b"".join(pieces)

    async def ticks(req: Request) -> AsyncIterator[str]:
        yield "tick\n"
        await req.awrite("tock\n")

    async def refuses(req: Request) -> None:
        raise HTTPError(403, "no")

    assert call(echo, FakeRequest(body=b"abc")).body == b"abc"
    assert call(ticks, FakeRequest()).text == "tick\ntock\n"
    assert call(refuses, FakeRequest()).status == 403
    with pytest.raises(TypeError, match="may be async def"):
        call(refuses, FakeRequest(), phase="fixups")


def test_a_coroutine_runs_in_the_loop_of_a_test() -> None:
    seen: list[asyncio.AbstractEventLoop] = []

    async def handler(req: Request) -> str:
        seen.append(asyncio.get_running_loop())
        return "done"

    async def test() -> None:
        assert (await acall(handler, FakeRequest())).text == "done"
        assert seen == [asyncio.get_running_loop()]

    asyncio.run(test())


def test_an_endless_response_is_read_until_the_client_goes() -> None:
    ends: list[str] = []

    async def ticks(req: Request) -> AsyncIterator[str]:
        try:
            while True:
                yield "tick\n"
                await asyncio.sleep(0)
        finally:
            ends.append("generator")

    async def waits(req: Request) -> None:
        try:
            await req.awrite("begun")
            await asyncio.Event().wait()
        finally:
            ends.append("coroutine")

    async def test() -> None:
        async with stream(ticks, FakeRequest()) as response:
            assert (response.status, response.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
            assert [await anext(response) for _ in range(3)] == [b"tick\n"] * 3
        async with stream(waits, FakeRequest()) as response:
            assert await anext(response) == b"begun"
        assert ends == ["generator", "coroutine"]
        async with stream(lambda req: 404, FakeRequest()) as response:
            assert (response.status, [piece async for piece in response]) == (404, [])
        with pytest.raises(ZeroDivisionError):
            async with stream(lambda req: 1 // 0, FakeRequest()):
                pass

    asyncio.run(test())


@pytest.mark.parametrize("blocks", ["read", "readline", "readlines", "discard_request_body", "write", "flush", "sendfile"])
def test_what_would_block_the_event_loop_is_refused(blocks: str) -> None:
    async def waits(req: Request) -> str:
        getattr(req, blocks)(*{"write": ("x",), "sendfile": (__file__,)}.get(blocks, ()))
        return "never"

    async def test() -> None:
        with pytest.raises(RuntimeError, match="does not wait for its client like this"):
            await acall(waits, FakeRequest())

    with pytest.raises(RuntimeError, match="does not wait for its client like this"):
        call(waits, FakeRequest())
    asyncio.run(test())


def test_a_quick_handler_may_return_a_body() -> None:
    assert call(lambda req: "x", FakeRequest(), phase="quick_handler").text == "x"
    assert call(lambda req: 201, FakeRequest(), phase="quick_handler").status == 201
    assert call(lambda req: None, FakeRequest(), phase="quick_handler").result == DECLINED
    with pytest.raises(TypeError, match="not dict"):
        call(lambda req: {}, FakeRequest(), phase="quick_handler")


def test_a_phase_has_the_name_of_one() -> None:
    with pytest.raises(ValueError, match="there is no phase 'acces_checker': write post_read_request, "):
        call(lambda req: None, FakeRequest(), phase="acces_checker")  # type: ignore[arg-type]
