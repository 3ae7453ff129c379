from __future__ import annotations

import io
import threading
import traceback
from typing import Any

import pytest

from pyhook import streams
from pyhook.streams import LogStream


@pytest.fixture
def entries(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    written: list[tuple[str, str]] = []
    monkeypatch.setattr(streams, "log", lambda message, level: written.append((level, message)))
    return written


def test_a_print_is_one_entry(entries: list[tuple[str, str]]) -> None:
    print("a", 1, file=LogStream("notice"))
    assert entries == [("notice", "a 1")]


def test_a_line_is_logged_when_it_is_complete(entries: list[tuple[str, str]]) -> None:
    stream = LogStream("error")
    stream.write("half")
    assert entries == []
    assert stream.write(" whole\nnext\nrest") == len(" whole\nnext\nrest")
    assert entries == [("error", "half whole\nnext")]
    stream.flush()
    stream.flush()
    assert entries[1:] == [("error", "rest")]


def test_threads_do_not_mix_their_lines(entries: list[tuple[str, str]]) -> None:
    stream = LogStream("error")
    stream.write("mine ")
    other = threading.Thread(target=lambda: print("theirs", file=stream))
    other.start()
    other.join()
    stream.write("alone\n")
    assert entries == [("error", "theirs"), ("error", "mine alone")]


def test_a_traceback_arrives_whole(entries: list[tuple[str, str]]) -> None:
    stream = LogStream("error")
    try:
        raise OSError("no disk")
    except OSError:
        traceback.print_exc(file=stream)
    text = "\n".join(message for _, message in entries)
    assert text.startswith("Traceback") and text.endswith("OSError: no disk")


def test_only_text_is_written(entries: list[tuple[str, str]]) -> None:
    data: Any = b"bytes"
    with pytest.raises(TypeError, match="takes str, not bytes"):
        LogStream("error").write(data)


def test_its_buffer_takes_bytes(entries: list[tuple[str, str]]) -> None:
    stream = LogStream("error")
    text = "caf\u00e9\n".encode()
    assert stream.buffer.write(memoryview(text[:4])) == 4
    stream.buffer.write(text[4:])
    stream.buffer.write(b"\xff")
    stream.buffer.flush()
    assert [message.encode("utf-8", "surrogateescape") for _, message in entries] == [text[:-1], b"\xff"]
    with pytest.raises(TypeError):
        stream.buffer.write("text")  # type: ignore[arg-type]


def test_there_is_no_file_behind(entries: list[tuple[str, str]]) -> None:
    stream = LogStream("error")
    assert stream.writable() and not stream.readable() and not stream.isatty()
    with pytest.raises(io.UnsupportedOperation):
        stream.fileno()
