"""Parts of the package `mod_python` that need no server: pages, bodies, cookies, tables, PythonPath."""

from __future__ import annotations

import io
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType, SimpleNamespace
from typing import Any

import pytest

from mod_python import Cookie, locks, multipart, psp_parser, publisher, tables, util
from mod_python.importing import path_of
from mod_python.running import object_of
from mod_python.session_stores import MemoryStore
from mod_python.settings import Handler


def code_of(page: str) -> str:
    return str(psp_parser.parse(page, None))


def test_text_and_expressions_become_writes() -> None:
    assert code_of('a"b\\<%= x %>') == 'req.write("""a\\"b\\\\""",0)\nreq.write(str(x),0)\n'


def test_the_indent_of_the_last_line_holds_for_what_follows() -> None:
    assert code_of("<%\nfor n in x:\n    # inside\n%>a<%\n# outside\n%>b") == (
        'for n in x:\n    # inside\n    req.write("""a""",0)\n# outside\nreq.write("""b""",0)\n'
    )


def test_a_colon_opens_a_block_on_one_line_too() -> None:
    written: list[str] = []

    class Req:
        def write(self, text: str, flush: int) -> None:
            written.append(text)

    exec(code_of("<% for n in (1, 2): %>[<%= n %>]<%\n%>end"), {"req": Req()})
    assert "".join(written) == "[1][2]end"


@pytest.mark.parametrize("page", ["<% never closed", "<%@ unknown %>", '<%@ include file="relative" %>'])
def test_a_page_that_is_none(page: str) -> None:
    with pytest.raises(ValueError):
        code_of(page)


def parts(body: bytes, size: int) -> list[tuple[dict[str, str], bytes]]:
    """Read a body in pieces of a size."""
    file = io.BytesIO(body)
    sinks: list[io.BytesIO] = []

    def sink_for(headers: dict[str, str]) -> io.BytesIO:
        sinks.append(io.BytesIO())
        return sinks[-1]

    heads = [head for head, _ in multipart.parts_of(lambda _: file.read(size), b"X", sink_for)]
    return list(zip(heads, [sink.getvalue() for sink in sinks], strict=True))


BODY = b"--X\r\nA: 1\r\n\r\none\r\n--Y\r\r\n--X\r\n\r\n\r\n--X\r\nB: 2\r\n  3\r\n\r\n\r\n\r\n--X--\r\nafter"


@pytest.mark.parametrize("size", range(1, len(BODY) + 1))
def test_pieces_may_end_anywhere(size: int) -> None:
    assert parts(BODY, size) == [({"a": "1"}, b"one\r\n--Y\r"), ({}, b""), ({"b": "2 3"}, b"\r\n")]


@pytest.mark.parametrize("body", [b"", b"--X", b"--X\r\nA: 1", b"--X\r\nA: 1\r\n\r\nno end", b"no boundary"])
def test_a_body_that_ends_too_early(body: bytes) -> None:
    with pytest.raises(multipart.MalformedBody):
        parts(body, 7)


def test_the_words_of_a_header() -> None:
    assert multipart.options_of('form-data; name="a;b"; filename="C:\\\\x\\"y.txt"; Z=1') == (
        "form-data",
        {"name": "a;b", "filename": 'C:\\\\x"y.txt', "z": "1"},
    )


def test_query_strings() -> None:
    assert util.parse_qs("a=1&a=2&b=&%zz=%41&=x;c=%ff") == {"a": ["1", "2"], "%zz": ["A"], "c": ["ÿ"]}
    assert util.parse_qsl("b=&c", 1) == [("b", ""), ("c", "")]


def test_a_signature_holds_for_one_name_and_one_value() -> None:
    sent = str(Cookie.SignedCookie("a", "v", "key"))
    (found,) = Cookie.SignedCookie.parse(sent, "key").values()
    assert type(found) is Cookie.SignedCookie and found.value == "v"
    for wrong in (sent + "x", sent.replace("a=", "b="), "a=v"):
        (found,) = Cookie.SignedCookie.parse(wrong, "key").values()
        assert type(found) is Cookie.Cookie
    (found,) = Cookie.SignedCookie.parse(sent, "other").values()
    assert type(found) is Cookie.Cookie
    with pytest.raises(Cookie.CookieError):
        Cookie.SignedCookie.parse(sent, "other", Cookie.EXCEPTION)
    assert Cookie.SignedCookie.parse(sent, "other", Cookie.IGNORE) == {}


def test_tables_keep_entries_of_one_name() -> None:
    table = tables.table({"A": 1})
    table.add("a", "2")
    assert table["A"] == ["1", "2"] and table.keys() == ["A"] and len(table) == 2
    assert table.popitem() == ("a", "2") and table["a"] == "1"
    copy = table.copy()
    copy["a"] = "3"
    assert table == {"a": "1"} and copy != table
    del table["a"]
    assert not table and table.setdefault("b") == ""
    with pytest.raises(KeyError):
        del table["a"]


def steps(call: Callable[[], object]) -> int:
    """Count the lines of Python that a call runs."""
    lines = 0

    def count(frame: FrameType, event: str, _: object) -> Any:
        nonlocal lines
        lines += event == "line"
        return count

    sys.settrace(count)
    try:
        call()
    finally:
        sys.settrace(None)
    return lines


def test_a_large_table_takes_no_more_steps_than_a_small_one() -> None:
    small, large = (tables.table({str(key): key for key in range(count)}) for count in (2, 200))
    calls: list[Callable[[tables.mp_table], object]] = [
        lambda table: table["1"],
        lambda table: "9x" in table,
        lambda table: table.__setitem__("1", "new"),
        lambda table: table.__delitem__("0"),
        lambda table: table.popitem(),
    ]
    for call in calls:
        assert steps(lambda: call(large)) == steps(lambda: call(small)) > 0  # noqa: B023


def test_tables_keep_the_order_of_entries() -> None:
    table = tables.table()
    for key, value in (("a", "1"), ("b", "2"), ("A", "3"), ("c", "4")):
        table.add(key, value)
    table["a"] = "5"
    assert table.items() == [("a", "5"), ("b", "2"), ("c", "4")]


@pytest.mark.parametrize(("is_canonical", "kind"), [(True, publisher.REGULAR), (False, publisher.DIRECTORY)])
def test_the_publisher_looks_at_a_file_that_a_handler_has_named(tmp_path: Path, is_canonical: bool, kind: int) -> None:
    name = str(tmp_path)
    shown = SimpleNamespace(file_type="file", filename=name, canonical_filename=name if is_canonical else "/other")
    request: Any = SimpleNamespace(pyhook=shown)
    assert publisher.kind_of_request(request, name) == kind


def test_python_path() -> None:
    assert path_of(None) is None
    assert path_of("['/a', r\"/b\"] + sys.path + ['/c']") == (("/a", "/b"), ("/c",))
    assert path_of("['/only']") == (("/only",), ())


COOKIES = [
    ('spam=foo; path=blah;;eggs="a;b"; $Version=1;, bar=foo', {"spam": "foo", "path": "blah", "eggs": '"a;b"', "bar": "foo"}),
    (' a = 1=2 ;b="x\\";y", c=d, e=f ;g', {"a": "1=2", "b": '"x\\";y"', "c": "d, e=f"}),
    ('a="open; b="open; c=', {"a": '"open; b="', "c": ""}),
    ('a="open; b=2', {"a": '"open', "b": "2"}),
    ("=nameless; one two=2", {"two": "2"}),
]


@pytest.mark.parametrize(("header", "cookies"), COOKIES)
def test_cookie_headers(header: str, cookies: dict[str, str]) -> None:
    assert {name: cookie.value for name, cookie in Cookie.Cookie.parse(header).items()} == cookies


@pytest.mark.parametrize("head", ["", "a", "a=", 'a="', 'a="b"'])
@pytest.mark.parametrize("unit", [" ", "=", ";", ",", '"', "\\", "a", "a=", 'a="', 'a="\\', 'a="b",', 'a="b"', "a b", "\t;"])
def test_a_cookie_header_is_read_once(head: str, unit: str) -> None:
    header = head + unit * (500_000 // len(unit)) + "b"  # no other way to read it would end
    assert all(name in header for name in Cookie.Cookie.parse(header))


class Settings:
    options = {"mod_python.util.max_fields": "20000"}
    made: dict[str, Any] = {}


class Posted:
    """A request with a query."""

    method = "GET"

    def __init__(self, args: str) -> None:
        self.args = args

    def _settings(self) -> Settings:
        return Settings()


def test_a_form_finds_its_inputs_by_name() -> None:
    form = util.FieldStorage(Posted("&".join(f"n{number}={number}" for number in range(20_000))))  # type: ignore[arg-type]
    assert form.list[0].__dict__.keys() == {"name"}
    assert (form.list[0].filename, form.list[0].type) == (None, "text/plain")
    assert all(form[name] == name[1:] for name in form.keys())  # noqa: SIM118
    form.list.append(util.StringField("x", "n1"))
    assert form.getlist(b"n1") == ["1", "x"]
    del form["n1"]
    assert "n1" not in form
    form.clear()
    assert not form.keys()


def test_a_directory_of_this_user_is_looked_at_each_time(tmp_path: Path) -> None:
    made = Path(locks.own_directory("kept", str(tmp_path)))
    shutil.rmtree(made)  # as what tidies /tmp does
    assert Path(locks.own_directory("kept", str(tmp_path))).stat().st_mode & 0o777 == 0o700
    made.chmod(0o777)
    with pytest.raises(PermissionError):
        locks.own_directory("kept", str(tmp_path))
    shutil.rmtree(made)
    made.symlink_to(tmp_path)
    with pytest.raises(PermissionError):
        locks.own_directory("kept", str(tmp_path))


class Interrupted(BaseException):
    """As the exception of PyHookTimeout, which may come at the start of a function and after any call of C code."""


def interrupted_at(number: int) -> Any:
    left = number

    def see(frame: FrameType, event: str, what: object) -> None:
        nonlocal left
        if frame.f_code.co_filename == locks.__file__ and event in ("call", "c_return"):
            left -= 1
            if left == 0:
                raise Interrupted

    return see


def use_a_lock(req: Any, key: object, number: int) -> bool:
    held = locks.Held()
    sys.setprofile(interrupted_at(number))
    try:
        try:
            held.take(req, key, 0)
        finally:
            held.give_all_back()
    except Interrupted:
        return True
    finally:
        sys.setprofile(None)
    return False


def open_locks() -> int:
    return sum(os.path.basename(os.path.realpath(f"/proc/self/fd/{fd}")) == "locks" for fd in os.listdir("/proc/self/fd"))


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("key", [locks.OfProcess("one"), "one"])
def test_a_request_that_is_interrupted_keeps_no_lock(tmp_path: Path, key: object) -> None:
    server = SimpleNamespace(get_options=lambda: {"mod_python.mutex_directory": str(tmp_path)})
    req: Any = SimpleNamespace(server=server, phase="PythonHandler")
    number = 1
    while use_a_lock(req, key, number):
        assert open_locks() == 0, number
        other = locks.Held()
        other.take(req, key, 0)
        other.give_all_back()
        number += 1
    assert number > 5


def test_a_lock_goes_to_the_one_who_waits() -> None:
    first, second, third = (locks.ProcessLock("key") for _ in range(3))
    first.wait(0)
    with pytest.raises(TimeoutError):
        second.wait(0)
    done = threading.Event()

    def wait() -> None:
        third.wait(60)
        done.set()

    thread = threading.Thread(target=wait)
    thread.start()
    second.release()
    assert not done.is_set()
    first.release()
    thread.join()
    assert done.is_set()
    third.release()
    assert "key" not in locks._holders


def test_old_sessions_leave_the_memory() -> None:
    req: Any = SimpleNamespace(interpreter="a host")
    store = MemoryStore(req)
    store.save("old", {"_accessed": time.time() - 60, "_timeout": 30})
    store.save("new", {"_accessed": time.time(), "_timeout": 3600})
    store.clean()
    assert store.load("old") is None
    assert store.load("new") is not None
    store.delete("new")


class PausedHandler(Handler):
    """Calls `pause` before an attribute is written."""

    pause: Any = None

    def __setattr__(self, name: str, value: object) -> None:
        if type(self).pause is not None:
            type(self).pause()
        super().__setattr__(name, value)


class FakeSpace:
    def __init__(self, module: object) -> None:
        self.realm = SimpleNamespace(callables={})
        self.module = module

    def load(self, name: str) -> object:
        return self.module


@pytest.mark.parametrize("at", range(1, 4))
def test_threads_at_an_edit_keep_the_new_code(monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    handler = PausedHandler("PythonHandler", "guard")
    handler.is_fixed = True
    space = FakeSpace(SimpleNamespace(handler="old"))
    run: Any = SimpleNamespace(space=lambda _: space, settings=SimpleNamespace(autoreload=False))
    has_found, may_write = threading.Event(), threading.Event()
    late = threading.Thread(target=object_of, args=(run, handler, None))
    writes = 0

    def pause() -> None:
        nonlocal writes
        if threading.current_thread() is late:
            has_found.set()
            assert may_write.wait(60)
            return
        writes += 1
        if writes == at:
            may_write.set()
            late.join()

    monkeypatch.setattr(PausedHandler, "pause", staticmethod(pause))
    late.start()
    assert has_found.wait(60)
    space.module, space.realm.callables = SimpleNamespace(handler="new"), {}
    assert object_of(run, handler, None) == "new"
    may_write.set()
    late.join()
    assert (handler.object_kept(run.settings) or object_of(run, handler, None)) == "new"
