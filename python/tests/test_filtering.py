from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pyhook.handlers import Filter, FilterStream
from pyhook.testing import FakeConnection, FakeRequest, run_filter


def upper(f: Filter) -> FilterStream:
    chunk = yield None
    while chunk is not None:
        chunk = yield chunk.upper()


def test_a_generator_gets_chunks_and_the_end() -> None:
    def measure(f: Filter) -> FilterStream:
        seen = []
        while (chunk := (yield None)) is not None:
            seen.append(len(chunk))
        yield f"{seen}"
        yield b" end"

    assert run_filter(upper, [b"ab", b"", b"c"]) == b"ABC"
    assert run_filter(upper, []) == b""
    assert run_filter(measure, [b"ab", b"c"]) == b"[2, 1] end"


def test_a_generator_that_returns_lets_the_rest_pass() -> None:
    def first(f: Filter) -> FilterStream:
        chunk = yield None
        yield b"<" + (chunk or b"") + b">"

    def nothing(f: Filter) -> FilterStream:
        return
        yield

    assert run_filter(nothing, [b"a", b"b"]) == b"ab"
    assert run_filter(first, [b"a"]) == b"<a>"
    assert run_filter(first, [b"a", b"b", b"c"]) == b"<a>bc"


def test_a_function_that_never_looks_at_its_chunk_is_an_error() -> None:
    def constant(chunk: bytes) -> bytes:
        return b"always the same"

    def deleted(chunk: bytes) -> bytes:
        del chunk
        return b"always the same"

    for function in (constant, deleted, lambda chunk: b"x"):
        with pytest.raises(TypeError, match="never looks at its argument 'chunk'.* with yield"):
            run_filter(function, [b"a", b"b"])

    def looks(chunk: bytes) -> bytes:
        first = second = chunk
        return first[:1] + second[1:]

    def closes_over(chunk: bytes) -> bytes:
        return (lambda: chunk)()

    fine: list[Callable[..., Any]] = [looks, closes_over, bytes.upper, lambda chunk: chunk, lambda c, more=b"": more + c]
    for function in fine:
        assert run_filter(function, [b"a", b"b"]).lower() == b"ab"
    assert run_filter(lambda _: b"x", [b"a", b"b"]) == b"xx"


def test_a_function_that_takes_its_chunk_for_the_filter_is_told_so() -> None:
    with pytest.raises(AttributeError) as raised:
        run_filter(lambda f: f.request.uri, [b"a"])
    assert "is called with each chunk of the body, bytes" in "".join(raised.value.__notes__)
    with pytest.raises(AttributeError) as raised:
        run_filter(lambda f: f.upper() and [].nothing, [b"a"])  # type: ignore[attr-defined]
    assert not hasattr(raised.value, "__notes__")


class Compiled:
    """As a generator function of Cython's is seen: nothing but its result tells what it is."""

    def __init__(self, function: Any) -> None:
        self.of = function

    def __call__(self, f: Filter) -> FilterStream:
        return self.of(f)  # type: ignore[no-any-return]


def test_a_generator_function_that_is_compiled_gets_the_same() -> None:
    closed = []

    def frame(f: Filter) -> FilterStream:
        try:
            chunk = yield "<"
            while chunk is not None:
                chunk = yield chunk.upper()
            yield b">"
        finally:
            closed.append(True)

    def nothing(f: Filter) -> FilterStream:
        return
        yield

    assert run_filter(Compiled(upper), [b"ab", b"", b"c"]) == b"ABC"
    assert run_filter(Compiled(frame), [b"ab", b"c"]) == b"<ABC>"
    assert closed == [True]
    assert run_filter(Compiled(nothing), [b"a", b"b"]) == b"ab"


def test_a_chunk_that_nothing_takes_is_an_error() -> None:
    def every_second(f: Filter) -> FilterStream:
        while (chunk := (yield None)) is not None:
            yield chunk

    def delegates(f: Filter) -> FilterStream:
        yield from every_second(f)

    def once(f: Filter) -> FilterStream:
        chunk = yield None
        yield chunk

    def replaces(f: Filter) -> FilterStream:
        yield None
        f.end()
        yield b"other"

    for loses in (every_second, delegates):
        assert run_filter(loses, [b"a"]) == b"a"
        with pytest.raises(RuntimeError, match=r"nothing takes the value of the yield in line \d+"):
            run_filter(loses, [b"a", b"b"])
    assert run_filter(once, [b"a", b"b"]) == b"ab"
    assert run_filter(replaces, [b"a", b"b"]) == b"other"


def test_a_function_and_a_class_serve_too() -> None:
    class Upper:
        def __call__(self, chunk: bytes) -> bytes:
            return chunk.upper()

    class Streaming:
        def __call__(self, f: Filter) -> FilterStream:
            return upper(f)

    class Generator:
        def __call__(self, f: Filter) -> FilterStream:
            yield from upper(f)

    assert run_filter(bytes.upper, [b"a", b"b"]) == b"AB"
    assert run_filter(Upper, [b"a", b"b"]) == b"AB"
    assert run_filter(Generator, [b"a", b"b"]) == b"AB"
    with pytest.raises(TypeError):
        run_filter(Streaming, [b"a"])


def test_a_filter_knows_its_request_and_name() -> None:
    def tell(f: Filter) -> FilterStream:
        f.request.headers_out["X-Filter"] = f.name
        yield from upper(f)

    req = FakeRequest()
    assert run_filter(tell, [b"a"], request=req, name="TELL") == b"A"
    assert req.headers_out["X-Filter"] == "TELL"


def test_output_that_is_no_body_is_named() -> None:
    with pytest.raises(TypeError, match="bytes or str, not int"):
        run_filter(len, [b"a"])


def test_an_exception_comes_through() -> None:
    def broken(f: Filter) -> FilterStream:
        yield None
        raise KeyError("lost")

    with pytest.raises(KeyError, match="lost"):
        run_filter(broken, [b"a"])


def test_a_connection_filter_has_no_request() -> None:
    def tell(f: Filter) -> FilterStream:
        with pytest.raises(RuntimeError, match="serves no single request"):
            f.request  # noqa: B018
        chunk = yield f.connection.client_ip
        while chunk is not None:
            chunk = yield chunk.upper()

    assert run_filter(tell, [b" a"], connection=FakeConnection(client_ip="192.0.2.7")) == b"192.0.2.7 A"


def test_a_function_that_lacks_its_yield_is_told() -> None:
    def shout(f: Any) -> Any:
        f.upper()

    with pytest.raises(TypeError, match="shout got a chunk of the body and returned None: .* with yield"):
        run_filter(shout, [b"a"])


def test_the_chunks_are_a_list() -> None:
    with pytest.raises(TypeError, match="are a list of bytes, as in .* not bytes"):
        run_filter(bytes.upper, b"a")  # type: ignore[arg-type]
