"""What a worker process prints and logs, in httpd's error log."""

from __future__ import annotations

import io

from pyhook.worker import streams


def test_a_text_of_several_lines_is_one_entry() -> None:
    outside = io.StringIO()
    log = streams.Log(3, outside)
    print("one\ntwo", file=log)
    print("three\nfour", end="", file=log)
    log.flush()
    log.write("long\n" * 50_000 + "rest")
    lines = [line.rpartition("] ")[2] for line in outside.getvalue().splitlines()]
    assert lines[:4] == ["one", "| two", "three", "| four"]
    assert len(lines) == 4 + 50_000
