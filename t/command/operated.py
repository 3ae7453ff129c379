"""What the command `pyhook` looks at."""

import os
import threading
import time

go_on = threading.Event()
kept = []


def wait(req):
    go_on.wait(60)
    return "went on\n"


def compute(req):
    """Goes on until there is a file of this name, as do others."""
    while not os.path.exists(req.args):
        for _ in range(1000):  # who looks for a file lets the profiler in each time: it would see nothing else
            inner()
    return "computed\n"


def inner():
    sum(range(2000))


def keep(req):
    while not os.path.exists(req.args):
        kept.append(bytes(100_000))
        time.sleep(0.1)
    return "kept\n"


def free(req):
    go_on.set()
    return "free\n"


def crowded(req):
    """Asks a child that can open no more files: how often its thread was seen running, and whether it answers later."""
    import resource  # here, because a child of prefork may import this module while its memory is traced
    import socket
    from pathlib import Path

    task = next(task for task in Path("/proc/self/task").iterdir() if (task / "comm").read_text() == "pyhook control\n")
    client = socket.socket(socket.AF_UNIX)
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    opened = []
    with open(task / "stat", "rb") as status:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(limits[0], 400), limits[1]))
        try:
            while True:
                opened.append(os.dup(status.fileno()))
        except OSError:
            client.connect(f"{req.args}/{os.getpid()}.socket")
            seen = 0
            for _ in range(100):
                time.sleep(0.005)
                seen += os.pread(status.fileno(), 500, 0).rpartition(b") ")[2].startswith(b"R")
        finally:
            for descriptor in opened:
                os.close(descriptor)
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    client.settimeout(30)
    client.sendall(b"ps\n")
    answer = client.recv(1)
    client.close()
    return f"{'runs' if seen > 50 else 'waits'} {answer.decode()}\n"
