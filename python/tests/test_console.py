"""The console outside httpd: whom it answers, and how it reads metrics. t/console tests it with a server."""

from __future__ import annotations

import pytest

from pyhook import HTTPError
from pyhook.console import page
from pyhook.console.access import check
from pyhook.console.document import document
from pyhook.console.openmetrics import read
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
# EOF
"""


def test_metrics_are_read() -> None:
    families = read(TEXT)
    assert list(families) == ["pyhook_calls", "pyhook_callable_seconds", "lag"]
    assert families["pyhook_calls"]["samples"] == [("pyhook_calls_total", {"interpreter": "main"}, 2.0)]
    assert families["pyhook_calls"]["help"] == "Calls from httpd into Python."
    assert families["pyhook_callable_seconds"]["unit"] == "seconds"
    assert families["pyhook_callable_seconds"]["samples"][1] == ("pyhook_callable_seconds_bucket", {"callable": 'a:"b\\', "le": "+Inf"}, 3.0)
    assert families["lag"]["samples"] == [("lag", {}, "NaN")]


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
