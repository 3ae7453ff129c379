"""The worker process of `PyHookProcesses`: its clock, its connections, and what an application can do to them."""

from __future__ import annotations

import io
import json
import os
import socket
import struct
import sys
import threading
import time
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pyhook.worker import frames, loading, process, server, streams, wsgi
from pyhook.worker.clock import Clock, RequestTimeout
from pyhook.worker.edits import Edits

NAMES = {number: name for name, number in vars(frames).items() if name.isupper() and isinstance(number, int)}
PATIENCE = 30.0

opened: list[socket.socket] = []


def wait_until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it never comes true"
        time.sleep(0.005)


class Httpd:
    """One connection to the worker, as a child of httpd has it."""

    def __init__(self, mine: socket.socket) -> None:
        opened.append(mine)
        self.socket = mine
        self._buffer = b""
        mine.settimeout(PATIENCE)

    def ask(self, path: str, name: str = "tested:application") -> None:
        words = [name, "l", "REQUEST_METHOD", "GET", "REQUEST_URI", path, "PATH_INFO", path]
        self.socket.sendall(frames.strings(frames.REQUEST, words))

    def frame(self) -> tuple[str, bytes]:
        while True:
            if len(self._buffer) >= 8:
                length, kind = struct.unpack_from("=II", self._buffer)
                if len(self._buffer) >= 8 + length:
                    payload, self._buffer = self._buffer[8 : 8 + length], self._buffer[8 + length :]
                    return NAMES[kind], payload
            data = self.socket.recv(65536)
            if not data:
                return "GONE", self._buffer
            self._buffer += data

    def answer(self) -> list[str]:
        """Return the types of the frames up to the last one."""
        kinds: list[str] = []
        while not kinds or kinds[-1] not in ("END", "FAIL", "GONE"):
            kinds.append(self.frame()[0])
        return kinds


class Worker:
    """A worker that serves one application, with one thread, in this process."""

    def __init__(self, application: loading.Application) -> None:
        mine, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        opened.append(mine)
        self._to_process = mine
        loading._applications["tested:application"] = application
        loading.allowed.add("tested:application")
        self.server = server.Server(its.detach(), 1, wsgi.Site(1, None, lambda _: None), "shop")
        self.server.start()
        self.server.listen()
        wait_until(lambda: self.server.clocks)
        self.clock = self.server.clocks[0]

    def dial(self) -> Httpd:
        return Httpd(self.pass_one(b"\0"))

    def look(self) -> Any:
        """What the worker says of its requests."""
        with self.pass_one(server.LOOK) as connection, connection.makefile("rb") as answer:
            self.server.take_waiting()  # as the main thread does, because the only other one may be busy
            return json.load(answer)

    def pass_one(self, errand: bytes) -> socket.socket:
        mine, its = socket.socketpair()
        mine.settimeout(30)
        self._to_process.sendmsg([errand], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array("i", [its.fileno()]))])
        its.close()
        return mine


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    yield
    while opened:
        opened.pop().close()
    loading._applications.clear()
    loading.allowed.clear()


def quick(environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [])
    return [b"secret of " + environ["PATH_INFO"].encode()]


def test_nothing_follows_the_end_however_late_the_interruption_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[bool] = []
    send = frames.Connection.send

    def send_and_interrupt(connection: frames.Connection, data: bytes) -> None:
        send(connection, data)
        taken.append(worker.clock.interrupt())

    worker = Worker(quick)
    connection = worker.dial()
    monkeypatch.setattr(frames.Connection, "send", send_and_interrupt)
    for path in ("/first", "/second"):
        connection.ask(path)
        assert [connection.frame() for _ in range(3)][1:] == [("DATA", b"secret of " + path.encode()), ("END", b"")]
    wait_until(lambda: len(taken) == 2)
    assert taken == [False, False]


def test_a_connection_ends_with_the_request_that_was_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    pack = frames.pack

    def interrupt_before_the_end(kind: int, payload: bytes = b"") -> bytes:
        if kind == frames.END:
            worker.clock.interrupt()
        return pack(kind, payload)

    worker = Worker(quick)
    connection = worker.dial()
    with monkeypatch.context() as patched:
        patched.setattr(frames, "pack", interrupt_before_the_end)
        connection.ask("/first")
        kinds = connection.answer()
        assert kinds == ["FAIL"]
        assert connection.frame() == ("GONE", b""), "nothing follows the final frame"
    connection = worker.dial()
    connection.ask("/second")
    assert connection.answer() == ["HEAD", "DATA", "END"], "the thread goes on"


def test_an_application_that_catches_the_time_out_does_not_keep_the_connection() -> None:
    def application(environ: Any, start_response: Any) -> list[bytes]:
        try:
            worker.clock.interrupt()
            wait_until(lambda: False)
        except RequestTimeout:
            pass
        return quick(environ, start_response)

    worker = Worker(application)
    connection = worker.dial()
    connection.ask("/first")
    assert connection.answer() == ["HEAD", "DATA", "END"]
    assert connection.frame() == ("GONE", b"")


def test_a_thread_is_not_interrupted_while_it_waits_for_the_client() -> None:
    clock = Clock()
    clock.start("GET /")
    with clock.stopped():
        spent = clock.seconds()
        paused = time.monotonic()
        assert clock.interrupt() is False
        wait_until(lambda: time.monotonic() - paused > 0.05)
        assert clock.seconds() == spent, "the client's time is not counted, not even while it passes"
    with pytest.raises(RequestTimeout):
        clock.interrupt()
    clock.close()
    assert clock.interrupt() is False


def test_a_time_out_within_a_frame_does_not_make_requests_of_a_body() -> None:
    called: list[str] = []

    def application(environ: Any, start_response: Any) -> list[bytes]:
        called.append(environ["PATH_INFO"])
        while environ["wsgi.input"].read(65536):
            pass
        return quick(environ, start_response)

    worker = Worker(application)
    connection = worker.dial()
    connection.ask("/upload")
    assert connection.frame()[0] == "READ"
    forged = ["tested:application", "l", "REQUEST_METHOD", "GET", "REQUEST_URI", "/forged", "PATH_INFO", "/forged"]
    frame = frames.pack(frames.BODY, b"z" * 100_000 + frames.strings(frames.REQUEST, forged))
    connection.socket.sendall(frame[:60_000])
    assert worker.clock.interrupt() is False
    connection.socket.sendall(frame[60_000:])
    assert connection.frame()[0] == "READ"
    connection.socket.sendall(frames.pack(frames.BODY))
    assert connection.answer() == ["HEAD", "DATA", "END"]
    assert called == ["/upload"]


def test_a_connection_that_was_left_within_a_frame_is_of_no_use() -> None:
    mine, its = socket.socketpair()
    opened.extend((mine, its))
    its.settimeout(0.01)
    connection = frames.Connection(its)
    mine.sendall(frames.pack(frames.BODY, b"x" * 100)[:50])
    with pytest.raises(frames.Gone):
        connection.receive()
    mine.sendall(frames.pack(frames.REQUEST, b"forged"))
    with pytest.raises(frames.Gone):
        connection.receive()


def test_only_applications_of_the_configuration_are_loaded() -> None:
    loading.allowed.add("os:getcwd")
    assert callable(loading.application("os:getcwd", lambda _: None))
    with pytest.raises(loading.Unresolved, match="not named in the configuration"):
        loading.application("os:getpid", lambda _: None)


def test_the_words_of_the_supervisor_name_the_applications() -> None:
    numbers = "threads request-timeout deadlock-timeout requests lifetime memory idle slow".split()
    words = ["group=a", "log-level=info", *(f"{number}=0" for number in numbers), "application=a:b", "application=c:d", "load=c:d"]
    settings = process.Settings(words)
    assert (settings.applications, settings.loaded) == (["a:b", "c:d"], ["c:d"])


def run_forked(act: Callable[[], object]) -> tuple[int, str]:
    """Return the exit status of a forked process, and what it wrote to stderr."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.dup2(writer, 2)
        act()
        os._exit(0)
    os.close(writer)
    with open(reader, encoding="utf-8") as file:
        text = file.read()
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), text


def test_a_copy_of_the_process_may_print_but_not_answer() -> None:
    mine, its = socket.socketpair()
    opened.extend((mine, its))
    connection = frames.Connection(its)
    streams.writers[threading.get_ident()] = connection

    def printed() -> None:
        outside = io.TextIOWrapper(io.FileIO(2, "w", closefd=False), encoding="utf-8")
        streams.Log(3, outside).write("the child begins\n")

    try:
        status, text = run_forked(printed)
        assert (status, text.partition("] [pid ")[2].partition("] ")[2]) == (0, "the child begins\n")
        status, text = run_forked(lambda: connection.send(frames.pack(frames.END)))
    finally:
        del streams.writers[threading.get_ident()]
    assert status != 0
    assert text.startswith("PYHOOK0070: a process that the application forked")
    its.close()
    assert mine.recv(100) == b"", "the copy has sent nothing"


def test_what_belongs_to_no_request_is_an_entry_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    outside = io.StringIO()
    monkeypatch.setattr(time, "time", lambda: 1767787449.25)  # the 7th day of a month
    log = streams.Log(3, outside)
    log.write("one\r[Fri] forged\x1b[1m\n\n[Fri Jan 01 00:00:00 2027] [core:error] forged\u2028too\n")
    day = time.strftime("%a %b %d %H:%M:%S", time.localtime(1767787449))
    head = f"[{day}.250000 2026] [pyhook:error] [pid {os.getpid()}] "
    assert outside.getvalue() == f"{head}one [Fri] forged [1m\n{head}| [Fri Jan 01 00:00:00 2027] [core:error] forged too\n"


def test_nothing_stays_of_a_request_whose_client_has_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    outside = io.StringIO()
    log = streams.Log(6, outside)
    monkeypatch.setattr(streams, "_logs", [log])
    may_go_on = threading.Event()

    def begins(environ: Any, start_response: Any) -> Any:
        log.write("half a line")
        start_response("200 OK", [])
        may_go_on.wait(30)
        yield b"x" * 1_000_000

    worker = Worker(begins)
    connection = worker.dial()
    connection.ask("/")
    wait_until(lambda: log._begun)
    connection.socket.close()
    may_go_on.set()
    wait_until(lambda: not log._begun)
    assert outside.getvalue().endswith("] half a line\n"), "and it is logged"


def test_a_request_that_cannot_be_begun_ends_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    worker = Worker(quick)
    with monkeypatch.context() as broken:
        broken.setattr(worker.server._site, "serve", lambda *_: exec("raise MemoryError"))
        lost = worker.dial()
        lost.ask("/")
        assert lost.frame()[0] == "GONE"
    connection = worker.dial()
    connection.ask("/")
    assert connection.answer() == ["HEAD", "DATA", "END"]


def test_a_look_shows_what_a_busy_thread_does_and_disturbs_no_request() -> None:
    begun, may_end = threading.Event(), threading.Event()

    def waits(environ: Any, start_response: Any) -> list[bytes]:
        begun.set()
        may_end.wait(30)
        start_response("200 OK", [])
        return [b"done"]

    worker = Worker(waits)
    assert worker.look() == []
    connection = worker.dial()
    connection.ask("/basket?2")
    assert begun.wait(30)
    worker.pass_one(server.LOOK).close()  # somebody who does not wait for the answer
    [said] = worker.look()
    assert said["request"] == "GET /basket?2"
    assert said["seconds"] > 0
    assert "in waits\n" in said["stack"]
    may_end.set()
    assert connection.answer() == ["HEAD", "DATA", "END"]
    wait_until(lambda: worker.look() == [])
    connection.ask("/again")
    assert connection.answer() == ["HEAD", "DATA", "END"]


def test_a_look_that_nobody_reads_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    worker = Worker(quick)
    said = {"stack": "x" * 4_000_000}  # more than a socket takes
    monkeypatch.setattr(Clock, "looked_at", lambda clock: said)
    monkeypatch.setattr(server, "PATIENCE", PATIENCE)
    mine, its = socket.socketpair()
    worker.server._tell(its)
    with mine, mine.makefile("rb") as answer:
        assert json.load(answer) == [said]


def test_a_module_that_is_written_at_each_start_is_no_edit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edits = Edits([])
    written = tmp_path / "parsetab.py"
    written.write_text("")
    now = time.time_ns()  # the time of a file is that of the last tick, which may be before the start
    os.utime(written, ns=(now, now))
    module = ModuleType("parsetab")
    module.__file__ = str(written)
    monkeypatch.setitem(sys.modules, "parsetab", module)
    assert edits.found(True) == "", "it was loaded as it is"
    written.write_text("edited = True")
    assert edits.found(True) == str(written)
    assert edits.found(True) == ""


def test_an_edit_right_after_the_load_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edits = Edits([])
    module = ModuleType("shop")
    module.__file__ = str(tmp_path / "shop.py")
    (tmp_path / "shop.py").write_text("")
    monkeypatch.setitem(sys.modules, "shop", module)
    edits.note()
    (tmp_path / "shop.py").write_text("edited = True")
    assert edits.found(True) == module.__file__


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Lapp\udcff", b"Lapp\xff"),
        ("Elone \ud800", b"Elone \\ud800"),
        ("E" + "a" * 9000 + "the end", b"E" + b"a" * 1999 + b"\n...\n" + b"a" * 5993 + b"the end"),
    ],
)
def test_the_supervisor_is_told_any_text(text: str, told: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with mine, its:
        monkeypatch.setattr(process, "STATUS", its.fileno())
        process.tell(text)
        assert mine.recv(20000) == told
