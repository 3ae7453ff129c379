"""Applications that run in worker processes."""

import ctypes
import fcntl
import os
import resource
import socket
import struct
import sys
import termios
import threading
import time


def hello(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), ("X-Pid", str(os.getpid()))])
    return [b"Hello World!"]


def who(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    identity = f"{os.getuid()} {os.getgid()} {os.getgroups()} {os.umask(0o27):o} {os.getcwd()}"
    numbers = sorted(int(name) for name in os.listdir("/proc/self/fd"))
    places = [(number, f"/proc/self/fd/{number}") for number in numbers]
    names = [f"{number}={os.readlink(place)}" for number, place in places if os.path.lexists(place)]
    with open("/proc/self/status") as file:
        privileges = [line.split()[1] for line in file if line.startswith(("NoNewPrivs", "CapEff", "CapPrm"))]
    python = f"{sys.version_info[0]}.{sys.version_info[1]} {sys.prefix}"
    return [f"{identity}\n{' '.join(names)}\n{' '.join(privileges)}\n{sys.modules['__main__'].__file__}\n{python}\n".encode()]


def environ(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain; charset=iso-8859-1")])
    lines = [f"{key}={value!r}" if not key.startswith(("wsgi.", "pyhook.")) or isinstance(value, (str, bool, tuple)) else f"{key}" for key, value in environ.items()]
    return ["\n".join(sorted(lines)).encode("latin-1", "replace")]


def echo(environ, start_response):
    body = environ["wsgi.input"]
    start_response("200 OK", [("Content-Type", "application/octet-stream")])
    while piece := body.read(100_000):
        yield piece


def whole(environ, start_response):
    size = int(environ["QUERY_STRING"])
    start_response("200 OK", [("Content-Type", "application/octet-stream")])
    return [environ["wsgi.input"].read(size), b"then ", environ["wsgi.input"].read()]


def lines(environ, start_response):
    found = [len(line) for line in environ["wsgi.input"]]
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [repr(found).encode()]


def unread(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"not read"]


def large(environ, start_response):
    size = int(environ["QUERY_STRING"])
    start_response("200 OK", [("Content-Type", "application/octet-stream")])
    return [b"x" * size]


class Pieces:
    """Gives pieces until it is closed, and tells the log of it."""

    def __init__(self):
        self.given = 0

    def __iter__(self):
        return self

    def __next__(self):
        self.given += 1
        if self.given > 100_000:
            raise StopIteration
        return b"piece\n" * 1000

    def close(self):
        print("the pieces are closed", file=sys.stderr, flush=True)


def pieces(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return Pieces()


GATE = threading.Event()


def steps(environ, start_response):
    """The second piece comes when another request has opened the gate."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    GATE.clear()
    yield b"first\n"
    GATE.wait(8)
    yield b"second\n"


def open_gate(environ, start_response):
    GATE.set()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"open"]


def file(environ, start_response):
    path = os.path.abspath(__file__)
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(os.path.getsize(path)))])
    return environ["wsgi.file_wrapper"](open(path, "rb"))


class Stray:
    """A body that tells the log when it has been sent."""

    def __iter__(self):
        return iter([b"sent unasked"])

    def close(self):
        print("the stray frames are sent", file=sys.stderr, flush=True)


def stray(environ, start_response):
    """Answer for the worker, and when httpd has read this, let the worker answer, too."""
    frames = [(17, b"200 OK\0"), (18, b"forged"), (22, b"")]
    answer = b"".join(struct.pack("=II", len(payload), kind) + payload for kind, payload in frames)
    with socket.socket(fileno=os.dup(environ["wsgi.input"]._connection.fileno())) as connection:
        connection.sendall(answer)
        while struct.unpack("i", fcntl.ioctl(connection, termios.TIOCOUTQ, b"\0" * 4))[0]:
            time.sleep(0.001)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return Stray()


def vandal(environ, start_response):
    """In a child of httpd: write what no child should into the memory that it shares with its parent, and end."""
    with open("/proc/self/maps") as file:
        places = [int(line.split("-")[0], 16) for line in file if "pyhook-board" in line]
    for place in places:
        ctypes.memset(place + ROWS_USED, 0x7F, 4)
    os._exit(1 if places else 0)


ROWS_USED = 8  # where the board has it


def wrong(environ, start_response):
    kind = environ["QUERY_STRING"]
    if kind == "raise":
        raise ValueError("raised on purpose")
    if kind == "no-head":
        return [b"x"]
    if kind == "str":
        start_response("200 OK", [])
        return "text"
    if kind == "header":
        start_response("200 OK", [("X-Bad", "a\nb")])
    if kind == "hop":
        start_response("200 OK", [("Connection", "close")])
    if kind == "status":
        start_response("OK", [])
    if kind == "short":
        start_response("200 OK", [("Content-Length", "100")])
        return [b"short"]
    if kind == "long":
        start_response("200 OK", [("Content-Length", "3")])
        return [b"longer"]
    if kind == "late":
        return raise_late(start_response)
    start_response("200 OK", [])
    return [1]


def raise_late(start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    yield b"begun\n" * 2000
    raise ValueError("raised late on purpose")


def die(environ, start_response):
    kind = environ["QUERY_STRING"]
    if kind == "segv":
        ctypes.string_at(0)
    if kind == "once":  # the first process that gets it
        mark = os.environ["DIE_MARK"]
        try:
            os.close(os.open(mark, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [b"second"]
    if kind == "late":
        return die_late(start_response)
    if kind == "read":
        environ["wsgi.input"].read(1)
    os._exit(3)


def die_late(start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    yield b"begun\n" * 2000
    os._exit(3)


def slow(environ, start_response):
    end = time.monotonic() + 60
    while time.monotonic() < end:
        time.sleep(0.01)
    start_response("200 OK", [])
    return []


def log(environ, start_response):
    print("printed to wsgi.errors", file=environ["wsgi.errors"])
    print("printed plainly")
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"logged"]


def forks(environ, start_response):
    if os.fork() == 0:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"the copy"]
    os.wait()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"the process"]


def in_child(req, *rest):
    """A handler, and where it is no handler that is expected, something that should not run at all."""
    if rest or not hasattr(req, "uri") or req.uri.startswith("/sent"):
        print("in_child was called", file=sys.stderr)
    return "in the child"


KEPT = []


def grow(environ, start_response):
    KEPT.append(b"x" * (100 << 20))
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"grown"]


def hold_gil(environ, start_response):
    """Never return, and let no other thread run Python."""
    ctypes.PyDLL(None).pause()
    start_response("200 OK", [])
    return []


def limits(environ, start_response):
    files, space = resource.getrlimit(resource.RLIMIT_NOFILE), resource.getrlimit(resource.RLIMIT_AS)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{os.nice(0)} {files} {space}".encode()]


def flood(environ, start_response):
    """Fill the socket to the supervisor from two processes of its own until it is killed, with packets like this one."""
    packet = environ["QUERY_STRING"].encode() + b"\n" * 2000
    for _ in range(2):
        if os.fork() == 0:
            while True:
                os.write(4, packet)
    start_response("200 OK", [("Content-Type", "text/plain"), ("X-Pid", str(os.getpid()))])
    return [b"floods"]
