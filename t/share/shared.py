"""Handlers of shared.t: the query is evaluated on the dictionary, and the answer says what came of it."""

import os
from urllib.parse import unquote

import pyhook


def ask(req):
    d = pyhook.shared["counts"]
    small = pyhook.shared["small"]
    try:
        result = eval(unquote(req.args), {"d": d, "small": small, "pyhook": pyhook})
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return repr(result)


def count(req):
    """Every call in every child adds one, and says which child it was."""
    return f"{pyhook.shared['counts'].incr('calls')} {os.getpid()}"


def fill(req):
    """Until it is full; what is in it then is what went in."""
    small = pyhook.shared["small"]
    small.clear()
    stored = 0
    try:
        while True:
            small.set(f"key-{stored}", b"x" * 100)
            stored += 1
    except pyhook.SharedFull as error:
        message = str(error)
    complete = all(small[f"key-{n}"] == b"x" * 100 for n in range(stored))
    small.set("key-0", b"y" * 100)  # replacing needs no room
    small.delete("key-1")
    small.set("other", b"z" * 90)
    return f"{stored > 20} {len(small) == stored} {complete} {small['key-0'][:1]!r} {message}"


def die(req):
    """Ends the child with the lock held, as a crash would."""
    import ctypes
    import re
    import signal

    small = 52 * 1024 + 4096  # APR puts the size in front, and rounds up to a page
    with open("/proc/self/maps") as maps:
        blocks = [[int(word, 16) for word in line.split()[0].split("-")] for line in maps if re.search("rw-s .*zero", line)]
    start = next(start for start, end in blocks if end - start == small)
    assert ctypes.CDLL(None).pthread_mutex_lock(ctypes.c_void_p(start + 8)) == 0
    os.kill(os.getpid(), signal.SIGKILL)


def races(req):
    """Two threads of this child and the other children add at once."""
    import threading

    d = pyhook.shared["counts"]

    def add():
        for _ in range(1000):
            d.incr("race")

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return "done"
