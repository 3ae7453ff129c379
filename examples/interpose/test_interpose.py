"""Unmodified programs, with a Python module that decides what their files are."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

HERE = Path(__file__).parent
BUILT = Path(os.environ["PYHOOK_BUILD"], "examples/interpose")
LIBRARY = BUILT / "libinterpose.so"

BOUND = 60
"""Seconds within which whatever is waited for has come on the slowest machine."""


def environment(module: str, folder: Path = HERE / "modules", **more: str) -> dict[str, str]:
    words = {"LD_PRELOAD": str(LIBRARY), "INTERPOSE": module, "INTERPOSE_PATH": str(folder), "LC_ALL": "C.UTF-8"}
    return os.environ | words | more


def run(env: dict[str, str], *words: str | Path, status: int = 0, **more: str) -> str:
    """Standard output and error of a program, which ends with the status."""
    done = subprocess.run(
        words,
        env=env | more,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=BOUND,
        text=True,
        errors="surrogateescape",
    )
    assert done.returncode == status, done.stdout
    return done.stdout


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "file.txt"
    made.write_text("one\ntwo\nthree\n")
    return made


@pytest.fixture
def module(tmp_path: Path) -> Path:
    """A folder for a module of the test's own, named `own`."""
    made = tmp_path / "modules"
    made.mkdir()
    return made


def own(folder: Path, source: str) -> dict[str, str]:
    (folder / "own.py").write_text(source)
    return environment("own", folder)


# Programs as they are.

PROGRAMS: dict[str, list[str]] = {
    "cat": ["cat", "FILE"],
    "grep": ["grep", "-n", "t", "FILE"],
    "sort": ["sort", "-r", "FILE"],
    "wc": ["wc", "FILE"],
    "head": ["head", "-n1", "FILE"],
    "sed": ["sed", "s/o/0/", "FILE"],
    "md5sum": ["md5sum", "FILE"],
    "tac": ["tac", "FILE"],
    "ls": ["ls", "-l", "FILE"],
    "stat": ["stat", "-c", "%s %F %h", "FILE"],
    "perl": ["perl", "-ne", "print uc", "FILE"],
    "shell": ["sh", "-c", "cat < $0; cat $0 | sort", "FILE"],
    "none": ["cat", "FILE.not"],
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_module_that_decides_nothing_changes_nothing(name: str, file: Path, module: Path) -> None:
    words = [word.replace("FILE", str(file)) for word in PROGRAMS[name]]
    bare = subprocess.run(words, capture_output=True, env=os.environ | {"LC_ALL": "C.UTF-8"})
    hooks = ("open(path, flags, mode)", "read(fd, size)", "close(fd)", "stat(path)")
    env = own(module, "".join(f"def {hook}: pass\n" for hook in hooks))
    interposed = subprocess.run(words, capture_output=True, env=env)
    assert (interposed.returncode, interposed.stdout, interposed.stderr) == (bare.returncode, bare.stdout, bare.stderr)


# Deny.


@pytest.mark.parametrize("name", [name for name in PROGRAMS if name not in ("none", "ls", "stat")])
def test_a_denied_file_is_denied_to_every_program(name: str, file: Path) -> None:
    words = [word.replace("FILE", str(file)) for word in PROGRAMS[name]]
    done = subprocess.run(words, capture_output=True, text=True, env=environment("deny", DENY=str(file)))
    assert "Permission denied" in done.stderr
    assert "one" not in done.stdout.lower()


def test_denied_by_whatever_path_it_is_named(file: Path) -> None:
    link = file.parent / "link"
    link.symlink_to(file)
    env = environment("deny", DENY=str(file))
    for path in ("file.txt", "./file.txt", "../" + file.parent.name + "/file.txt", str(link)):
        done = subprocess.run(["cat", path], capture_output=True, text=True, env=env, cwd=file.parent)
        assert done.stderr == f"cat: {path}: Permission denied\n"


def test_denied_to_a_copy_and_its_target_is_not_made(file: Path) -> None:
    env = environment("deny", DENY=str(file))
    assert "Permission denied" in run(env, "cp", file, file.parent / "copy", status=1)
    assert not (file.parent / "copy").exists()


def test_denied_to_sqlite3(tmp_path: Path) -> None:
    base = tmp_path / "base.db"
    with sqlite3.connect(base) as connection:
        connection.execute("create table t (n)")
    connection.close()
    assert "unable to open database" in run(environment("deny", DENY=str(base)), "sqlite3", base, ".tables", status=1)


def test_any_errno_is_the_programs(file: Path, module: Path) -> None:
    source = "def open(path, flags, mode):\n    if path.endswith('file.txt'): raise OSError(errno.EMFILE, 'x')\n"
    env = own(module, "import errno\n" + source)
    assert "Too many open files" in run(env, "cat", file, status=1)


# Log.


def test_calls_are_logged_with_what_they_were_given(file: Path) -> None:
    log = file.parent / "log"
    run(environment("log_calls", INTERPOSE_LOG=str(log)), "cat", file)
    text = log.read_text()
    for line in (f"open {file} 0o0", "read 3 ", "close 3", "stat 3"):
        assert re.search(rf"^\d+ {re.escape(line)}", text, re.MULTILINE), line


def test_a_shell_with_its_children_is_logged_each_under_its_number(file: Path) -> None:
    log = file.parent / "log"
    env = environment("log_calls", INTERPOSE_LOG=str(log))
    said = run(env, "sh", "-c", "(read line; echo $line) < $0; cat $0; exec sort -r $0", file)
    assert said == "one\none\ntwo\nthree\ntwo\nthree\none\n"
    opened = re.findall(rf"^(\d+) open {re.escape(str(file))} ", log.read_text(), re.MULTILINE)
    assert len(opened) == len(set(opened)) == 3


# A file from elsewhere.


@pytest.fixture
def server() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = {"/a.txt": b"far\naway\n", "/big": b"0123456789abcde\n" * 200_000, "/base.db": base}.get(self.path)
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    memory = sqlite3.connect(":memory:")
    memory.executescript("create table t (n); insert into t values (42);")
    base = memory.serialize()
    memory.close()
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{httpd.server_address[1]}"
        httpd.shutdown()
        thread.join()


def test_programs_read_a_file_of_an_http_server(server: str, tmp_path: Path) -> None:
    env = environment("remote", REMOTE=server)
    assert run(env, "cat", "/remote/a.txt") == "far\naway\n"
    assert run(env, "grep", "w", "/remote/a.txt") == "away\n"
    assert run(env, "sort", "/remote/a.txt") == "away\nfar\n"
    assert run(env, "tail", "-n1", "/remote/a.txt") == "away\n"
    assert run(env, "stat", "-c", "%s %F", "/remote/a.txt") == "9 regular file\n"
    run(env, "cp", "/remote/big", tmp_path / "copy")
    assert (tmp_path / "copy").stat().st_size == 3_200_000
    assert run(env, "cmp", "/remote/big", tmp_path / "copy") == ""
    assert run(env, "sqlite3", "/remote/base.db", "select n from t") == "42\n"


def test_what_the_server_says_is_errno(server: str) -> None:
    env = environment("remote", REMOTE=server)
    assert run(env, "cat", "/remote/none", status=1) == "cat: /remote/none: No such file or directory\n"
    assert "Read-only file system" in run(env, "sh", "-c", "echo x > /remote/a.txt", status=2)
    gone = environment("remote", REMOTE="http://127.0.0.1:1")
    assert run(gone, "cat", "/remote/a.txt", status=1) == "cat: /remote/a.txt: No route to host\n"


def test_another_path_stands_for_the_file(file: Path, module: Path) -> None:
    source = f"def open(path, flags, mode): return {str(file)!r} if path == '/other' else None\n"
    env = own(module, source + "def stat(path): return open(path, 0, 0)\n")
    assert run(env, "cat", "/other") == file.read_text()
    run(env, "sh", "-c", "echo four >> /other")
    assert file.read_text().endswith("three\nfour\n")
    assert run(env, "stat", "-c", "%s", "/other") == f"{file.stat().st_size}\n"


def follow(env: dict[str, str], file: Path, *words: str) -> None:
    """A tail that runs with these words says the last line of the file, and then what is written to it."""
    with subprocess.Popen(["tail", "-f", "-n1", *words], env=env, stdout=subprocess.PIPE, text=True) as tail:
        assert tail.stdout is not None
        assert tail.stdout.readline() == "three\n"
        with file.open("a") as more:
            more.write("four\n")
        assert tail.stdout.readline() == "four\n"
        tail.terminate()


def test_tail_follows_a_file_under_another_name(file: Path, module: Path) -> None:
    source = f"def open(path, flags, mode): return {str(file)!r} if path == '/other' else None\n"
    env = own(module, source + "def stat(path): return open(path, 0, 0)\n")
    follow(env, file, "-s0.05", "---disable-inotify", "/other")


def test_tail_follows_while_reads_are_asked_about(file: Path) -> None:
    log = file.parent / "log"
    env = environment("log_calls", INTERPOSE_LOG=str(log))
    follow(env, file, str(file))


# A device.

COUNTDOWN = "".join(f"{number}\n" for number in range(9, -1, -1))


def test_a_device_gives_what_python_reads(tmp_path: Path) -> None:
    env = environment("device")
    assert run(env, "cat", "/dev/countdown") == COUNTDOWN
    assert run(env, "head", "-c3", "/dev/countdown") == "9\n8"
    assert run(env, "grep", "7", "/dev/countdown") == "7\n"
    assert run(env, "sort", "-n", "/dev/countdown") == COUNTDOWN[::-1].strip() + "\n"
    assert run(env, "sed", "-n", "2p", "/dev/countdown") == "8\n"
    assert run(env, "stat", "-c", "%F", "/dev/countdown") == "character special file\n"
    run(env, "cp", "/dev/countdown", tmp_path / "copy")
    assert (tmp_path / "copy").read_text() == COUNTDOWN


@pytest.mark.parametrize(
    ("read", "says"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("return b'x' * (size + 1)", "were asked for"),
        ("return None", "TypeError"),
        ("return 5", "TypeError"),
        ("raise SystemExit", "SystemExit"),
        ("raise OSError('no number')", "no number"),
    ],
)
def test_a_device_that_fails_is_an_error_and_told(read: str, says: str, module: Path) -> None:
    source = f"class D:\n    def read(self, size): {read}\n"
    source += "def open(path, flags, mode): return D() if path == '/dev/bad' else None\n"
    said = run(own(module, source), "cat", "/dev/bad", status=1)
    assert "cat: /dev/bad: Input/output error" in said
    assert says in said


def test_reads_of_real_files_are_decided(file: Path, module: Path) -> None:
    source = "import os\ndef read(fd, size): return os.read(fd, size).upper() if fd == 3 else None\n"
    assert run(own(module, source), "cat", file) == "ONE\nTWO\nTHREE\n"


# Threads, fork, exec.


def test_every_call_of_threads_and_forked_processes_is_asked_about_once(file: Path, module: Path) -> None:
    count = module / "count"
    source = f"""
import os
fd = os.open({str(count)!r}, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
def open(path, flags, mode):
    if path in ({str(file)!r}, "/nonexistent/file"): os.write(fd, b"x")
def read(fd, size): pass
def close(fd): pass
def stat(path): pass
"""
    words: list[str | Path] = [BUILT / "interpose_threads", file, file.read_text(), "8", "500", "20"]
    assert run(own(module, source), *words) == "0 wrong\n"
    assert count.stat().st_size == (8 * 500 + 20) * 2


def test_threads_are_denied_as_well(file: Path) -> None:
    words: list[str | Path] = [BUILT / "interpose_threads", file, file.read_text(), "4", "50", "5"]
    assert run(environment("deny", DENY=str(file)), *words) == "205 wrong\n"


def test_python_uses_files_threads_and_processes_without_being_asked_itself(file: Path, module: Path) -> None:
    source = f"""
import subprocess, threading, builtins, os
depth = 0
def open(path, flags, mode):
    global depth
    depth += 1
    assert depth == 1, "asked while it answers"
    try:
        builtins.open({str(file)!r}).close()
        thread = threading.Thread(target=lambda: builtins.open({str(file)!r}).read())
        thread.start()
        thread.join()
        env = {{k: v for k, v in os.environ.items() if k != "LD_PRELOAD"}}
        assert subprocess.run(["cat", {str(file)!r}], env=env, capture_output=True).stdout
    finally:
        depth -= 1
"""
    assert run(own(module, source), "cat", file) == file.read_text()


# Whatever goes wrong, the program is as it was.


@pytest.mark.parametrize(
    "source",
    ["1 / 0", "raise SystemExit(3)", "def def", "import nothing_of_this_name", "open = 5", "def open(): pass"],
)
def test_a_module_that_can_not_be_used_leaves_the_program_as_it_was(source: str, file: Path, module: Path) -> None:
    said = run(own(module, source + "\n"), "cat", file)
    assert said.endswith(file.read_text())
    assert said.count("interpose: ") == 1


def test_where_python_is_missing_the_program_is_as_it_was(file: Path, tmp_path: Path) -> None:
    shutil.copy(LIBRARY, tmp_path)
    env = environment("deny", DENY=str(file), LD_PRELOAD=str(tmp_path / LIBRARY.name))
    said = run(env, "cat", file)
    assert said.startswith("interpose: Python can't be loaded: ")
    assert said.endswith("; the program runs without it\n" + file.read_text())


def test_where_libpython_is_another_the_program_is_as_it_was(file: Path, tmp_path: Path) -> None:
    [name] = re.findall(r"(libpython\S+) =>", run(dict(os.environ), "ldd", BUILT / "libinterpose_python.so"))
    (tmp_path / name).write_bytes(b"no library")
    env = environment("deny", DENY=str(file), LD_LIBRARY_PATH=str(tmp_path))
    said = run(env, "cat", file)
    assert said.startswith("interpose: Python can't be loaded: ")
    assert said.endswith(file.read_text())


def test_a_program_that_has_a_python_is_as_it_was(file: Path) -> None:
    program = "import sys; print(open(sys.argv[1]).read(), end='')"
    said = run(environment("deny", DENY=str(file)), "/usr/bin/python3", "-c", program, file)
    assert said == "interpose: the program has a Python of its own; the program runs without it\n" + file.read_text()


def test_without_a_module_nothing_is_said_or_loaded(file: Path) -> None:
    assert run(environment(""), "cat", file) == file.read_text()


def test_an_exception_in_a_hook_is_told_and_the_call_is_made(file: Path, module: Path) -> None:
    said = run(own(module, "def open(path, flags, mode): 1 / 0\n"), "cat", file)
    assert "ZeroDivisionError" in said
    assert said.endswith(file.read_text())


SERVES = "class S: st_mode = 0o100644\ndef open(path, flags, mode): return b'xyz' if path.endswith('txt') else None\n"

MISUSES = {
    "bare_clone": "def open(path, flags, mode): pass",
    "in_handlers": "def open(path, flags, mode): pass",
    "small_stack": "def open(path, flags, mode): raise PermissionError(13, 'x')",
    "closes_all": "def open(path, flags, mode):\n    if path.endswith('txt'): 1 / 0",
    "replaces_served": "def open(path, flags, mode): return b'xyz' if path.endswith('txt') else None",
    "copies_device": "import io\ndef open(path, flags, mode): return io.BytesIO() if path.endswith('txt') else None",
    "writes_served": "def open(path, flags, mode): return b'xyz' if path.endswith('txt') else None",
    "keeps_errno": "def open(path, flags, mode): pass\ndef close(fd): pass",
    "wrong_arguments": "def open(path, flags, mode): pass",
    "daemon_with_threads": "def open(path, flags, mode): pass",
    "wild_pointers": f"{SERVES}def read(fd, size): return b'x' * size\ndef stat(path): return S",
    "path_at_an_edge": "def open(path, flags, mode): pass",
    "cancelled": "def open(path, flags, mode): pass\ndef read(fd, size): pass\ndef close(fd): pass",
}


@pytest.mark.parametrize("word", MISUSES)
def test_a_program_that_takes_no_care(word: str, file: Path, module: Path) -> None:
    run(own(module, MISUSES[word] + "\n"), BUILT / "interpose_misuse", word, file)


@pytest.mark.parametrize("word", ["wild_pointers", "path_at_an_edge", "cancelled"])
def test_without_a_module_it_needs_none_either(word: str, file: Path) -> None:
    run(environment(""), BUILT / "interpose_misuse", word, file)


def test_a_program_with_few_descriptors_is_told_as_well(file: Path, module: Path) -> None:
    said = run(own(module, "1 / 0\n"), "sh", "-c", "ulimit -n 256; exec cat $0", file)
    assert "ZeroDivisionError" in said
    assert said.endswith(file.read_text())


def test_the_cost_can_be_measured(file: Path) -> None:
    words: list[str | Path] = [BUILT / "interpose_cost", file, "200"]
    c = os.environ | {"LD_PRELOAD": str(BUILT / "libinterpose_c.so"), "DENY": "/other"}
    for env in (dict(os.environ), c, environment("prefix", DENY="/other")):
        assert re.fullmatch(r"open\+close \d+\nstat \d+\nread \d+\n", run(env, *words))
