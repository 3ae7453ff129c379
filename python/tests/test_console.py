"""The console outside httpd: whom it answers, and how it reads metrics. t/console tests it with a server."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from pyhook import HTTPError
from pyhook.console import page
from pyhook.console.access import check
from pyhook.console.children import Answer, ask
from pyhook.console.document import document
from pyhook.console.openmetrics import read
from pyhook.console.snapshot import MOST_OWN, _text
from pyhook.console.watch import Watch
from pyhook.testing import FakeRequest, call

TEXT = """\
# TYPE pyhook_calls counter
# HELP pyhook_calls Calls from httpd into Python.
pyhook_calls_total{interpreter="main"} 2
# TYPE pyhook_callable_seconds histogram
# UNIT pyhook_callable_seconds seconds
pyhook_callable_seconds_bucket{callable="a:\\"b\\\\",le="0.5"} 1
pyhook_callable_seconds_bucket{callable="a:\\"b\\\\",le="+Inf"} 3
# TYPE lag gauge
lag NaN
lag cut-o
# EOF
"""


def test_metrics_are_read() -> None:
    families = read(TEXT)
    assert list(families) == ["pyhook_calls", "pyhook_callable_seconds", "lag"]
    assert families["pyhook_calls"]["samples"] == [("pyhook_calls_total", {"interpreter": "main"}, 2.0)]
    assert families["pyhook_calls"]["help"] == "Calls from httpd into Python."
    assert families["pyhook_callable_seconds"]["unit"] == "seconds"
    assert families["pyhook_callable_seconds"]["samples"][1] == ("pyhook_callable_seconds_bucket", {"callable": 'a:"b\\', "le": "+Inf"}, 3.0)
    assert families["lag"]["samples"] == [("lag", {}, "NaN"), ("lag", {}, "cut-o")]


def test_a_child_that_ends_within_its_answer_has_not_answered(tmp_path: Path) -> None:
    async def cut_off(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b'{"pid": 1, "cal')
        writer.close()

    async def answer() -> Answer | None:
        async with await asyncio.start_unix_server(cut_off, tmp_path / "1.socket"):
            return await ask(tmp_path / "1.socket", "stacks")

    assert asyncio.run(answer()) is None


def test_a_place_of_many_urls_does_not_grow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def take(watch: Watch) -> bytes:
        return b"{}"

    async def view() -> Watch:
        watch = Watch(tmp_path)
        for number in range(2 * MOST_OWN):
            await watch.latest(f"/{number}/data.json")
        return watch

    monkeypatch.setattr(Watch, "_take", take)
    own = asyncio.run(view())._snapshots.own
    assert len(own) == MOST_OWN
    assert own[-1] == f"/{2 * MOST_OWN - 1}/data.json"


@pytest.mark.parametrize("client", ["192.0.2.1", "::ffff:192.0.2.1", "2001:db8::1", "no address"])
def test_other_machines_must_log_in(client: str) -> None:
    with pytest.raises(HTTPError, match="403"):
        check(FakeRequest("GET", "/", useragent_ip=client))
    check(FakeRequest("GET", "/", useragent_ip=client, user="ada"))


@pytest.mark.parametrize("client", ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"])
def test_this_machine_need_not(client: str) -> None:
    check(FakeRequest("GET", "/", useragent_ip=client))


def test_without_control_sockets_there_are_no_data() -> None:
    assert call(page, FakeRequest("GET", "/pyhook/data.json", place="/pyhook", user="ada")).status == 503


def test_the_page_needs_no_other_file_and_runs_no_other_script() -> None:
    text, policy = document()
    assert "<script>\"use strict\"" in text
    assert "default-src 'none'" in policy and "unsafe" not in policy


def test_the_name_of_a_callable_is_no_secret_whatever_its_module_is_called() -> None:
    for named in ("log_field auth:field raised", "output filter login_token:Mask.run raised"):
        assert _text(f"PYHOOK0005: {named} (request x)\nauth: sesame") == f"PYHOOK0005: {named} (request x)\nauth: (hidden)"
    assert _text("PYHOOK0065: GET /auth:sesame has run for 3 s") == "PYHOOK0065: GET /auth:(hidden) has run for 3 s"
