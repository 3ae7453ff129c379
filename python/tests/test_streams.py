from __future__ import annotations

import io
import threading
import traceback
from collections.abc import Callable
from typing import Any, cast

import pytest

from pyhook import streams
from pyhook.streams import LogStream


@pytest.fixture
def entries(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    written: list[tuple[str, str]] = []
    monkeypatch.setattr(streams, "log", lambda message, level: written.append((level, message)))
    return written


def test_a_print_is_one_entry(entries: list[tuple[str, str]]) -> None:
    print("a", 1, file=LogStream("notice", "<stream>"))
    assert entries == [("notice", "a 1")]


def test_an_entry_is_complete_when_a_text_ends_its_line(entries: list[tuple[str, str]]) -> None:
    stream = LogStream("error", "<stream>")
    stream.write("half")
    assert entries == []
    assert stream.write(" whole\nof the same entry") == len(" whole\nof the same entry")
    stream.write("\n")
    assert entries == [("error", "half whole\nof the same entry")]
    stream.write("rest")
    stream.flush()
    stream.flush()
    assert entries[1:] == [("error", "rest")]


def test_a_flush_before_the_end_of_a_line_makes_no_empty_entry(entries: list[tuple[str, str]]) -> None:
    stream = LogStream("notice", "<stream>")
    for text in ("whole", "\n"):  # colorama, which Django imports, writes a print like this
        stream.write(text)
        stream.flush()
    stream.write("\n")
    print("two", file=stream)
    assert [message for _, message in entries] == ["whole", "", "two"]


def test_a_line_without_end_is_logged_by_pieces(entries: list[tuple[str, str]]) -> None:
    stream = LogStream("error", "<stream>")
    for _ in range(200000):
        stream.write(".")
    stream.write("\n")
    assert len(entries) == 4
    assert "".join(message.removeprefix("... ") for _, message in entries) == "." * 200000
    assert [message.startswith("... ") for _, message in entries] == [False] + [True] * (len(entries) - 1)


def test_what_a_thread_has_begun_is_logged_when_it_ends(entries: list[tuple[str, str]]) -> None:
    stream = LogStream("error", "<stream>")
    thread = threading.Thread(target=lambda: print("begun", end="", file=stream))
    thread.start()
    thread.join()
    assert entries == [("error", "begun")]


def test_what_a_callable_has_begun_is_logged_when_it_returns(
    entries: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    at_end: list[Callable[[], object]] = []
    monkeypatch.setattr(streams, "when_call_ends", at_end.append)
    out, error = LogStream("notice", "<out>"), LogStream("error", "<error>")
    out.write("on one")
    error.write("on the other")
    assert entries == []
    at_end[0]()
    assert sorted(entries) == [("error", "on the other"), ("notice", "on one")]


def test_it_is_asked_like_a_text_io_wrapper() -> None:
    stream, usual = LogStream("error", "<stream>"), io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    missing = {name for name in dir(usual) if not name.startswith("_")} - set(dir(stream))
    assert not missing
    assert (stream.name, stream.mode, stream.closed, stream.isatty()) == ("<stream>", "w", False, False)
    assert (stream.encoding, stream.errors, stream.newlines, stream.line_buffering) == (
        "utf-8",
        "surrogateescape",
        None,
        True,
    )
    assert (stream.buffer.name, stream.buffer.mode, stream.buffer.closed) == ("<stream>", "wb", False)


def test_it_can_be_reconfigured(entries: list[tuple[str, str]]) -> None:
    stream = LogStream("error", "<stream>")
    stream.reconfigure(encoding="latin-1", errors="replace", newline="\n", line_buffering=False, write_through=True)
    assert (stream.encoding, stream.errors, stream.line_buffering) == ("latin-1", "replace", False)
    print("caf\u00e9 \u20ac", file=stream)
    stream.buffer.write("\u20ac\n".encode())
    assert [message.encode("utf-8", "surrogateescape") for _, message in entries] == [b"caf\xe9 ?", "\u20ac".encode()]
    stream.reconfigure(encoding="ascii")
    assert stream.errors == "strict"
    with pytest.raises(UnicodeEncodeError):
        stream.write("\u20ac\n")
    with pytest.raises(LookupError):
        stream.reconfigure(encoding="no-such")
    with pytest.raises(LookupError):
        stream.reconfigure(errors="no-such")
    with pytest.raises(ValueError, match="illegal newline value: 'x'"):
        stream.reconfigure(newline="x")
    assert (stream.encoding, stream.errors) == ("ascii", "strict")


def test_nobody_closes_it_for_others(entries: list[tuple[str, str]]) -> None:
    stream = LogStream("error", "<stream>")
    with stream:
        stream.write("one")
    assert entries == [("error", "one")]
    stream.buffer.close()
    assert stream.detach() is stream.buffer
    wrapped = io.TextIOWrapper(cast(Any, stream.buffer), encoding="utf-8", write_through=True)
    wrapped.write("two\n")
    wrapped.close()
    print("three", file=stream)
    assert not stream.closed and not stream.buffer.closed
    assert [message for _, message in entries] == ["one", "two", "three"]


def test_threads_do_not_mix_their_lines(entries: list[tuple[str, str]]) -> None:
    stream = LogStream("error", "<stream>")
    stream.write("mine ")
    other = threading.Thread(target=lambda: print("theirs", file=stream))
    other.start()
    other.join()
    stream.write("alone\n")
    assert entries == [("error", "theirs"), ("error", "mine alone")]


def test_a_traceback_arrives_whole(entries: list[tuple[str, str]]) -> None:
    stream = LogStream("error", "<stream>")
    try:
        raise OSError("no disk")
    except OSError:
        traceback.print_exc(file=stream)
    text = "\n".join(message for _, message in entries)
    assert text.startswith("Traceback") and text.endswith("OSError: no disk")


def test_only_text_is_written(entries: list[tuple[str, str]]) -> None:
    data: Any = b"bytes"
    with pytest.raises(TypeError, match="takes str, not bytes"):
        LogStream("error", "<stream>").write(data)


def test_its_buffer_takes_bytes(entries: list[tuple[str, str]]) -> None:
    stream = LogStream("error", "<stream>")
    text = "caf\u00e9\n".encode()
    assert stream.buffer.write(memoryview(text[:4])) == 4
    stream.buffer.write(text[4:])
    stream.buffer.write(b"\xff")
    stream.buffer.flush()
    assert [message.encode("utf-8", "surrogateescape") for _, message in entries] == [text[:-1], b"\xff"]
    with pytest.raises(TypeError):
        stream.buffer.write("text")  # type: ignore[arg-type]


def test_there_is_no_file_behind(entries: list[tuple[str, str]]) -> None:
    stream = LogStream("error", "<stream>")
    assert stream.writable() and not stream.readable() and not stream.isatty()
    with pytest.raises(io.UnsupportedOperation):
        stream.fileno()
