"""Handlers of shared.t: they evaluate the query on the dictionary, and answer with the result."""

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
    """Every call in every child adds one; the answer names the child."""
    return f"{pyhook.shared['counts'].incr('calls')} {os.getpid()}"


def fill(req):
    """Fill the dictionary; it then contains exactly what was stored."""
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
    """End the child while it holds the lock, as a crash would."""
    import ctypes
    import re
    import signal

    small = 52 * 1024 + 4096  # APR stores the size in front, and rounds up to a page
    with open("/proc/self/maps") as maps:
        blocks = [[int(word, 16) for word in line.split()[0].split("-")] for line in maps if re.search("rw-s .*zero", line)]
    start = next(start for start, end in blocks if end - start == small)
    assert ctypes.CDLL(None).pthread_mutex_lock(ctypes.c_void_p(start + 8)) == 0
    os.kill(os.getpid(), signal.SIGKILL)


def note(entry):
    """A PyHookErrorLog callable that uses a dictionary whose loss may be reported to it."""
    small = pyhook.shared["small"]
    small.incr("entries")
    if "PYHOOK0031" in entry.message:
        small.incr("losses")


def colliding_keys():
    """Make 4,096 keys of one chain, which is possible with FNV-1a: its last bits depend on the last bits only."""
    bits = (1 << 18) - 1
    pairs, state = [], 2166136261 & bits
    letters = [chr(code) for code in range(33, 127)]
    for _ in range(12):
        ends = {}
        for block in (a + b + c for a in letters for b in letters for c in letters):
            end = state
            for byte in block.encode():
                end = (end ^ byte) * 16777619 & bits
            if end in ends:
                pairs.append((ends[end], block))
                state = end
                break
            ends[end] = block
    return ["".join(pair[number >> at & 1] for at, pair in enumerate(pairs)) for number in range(4096)]


def processor_time(work, *arguments):
    import time

    begun = time.thread_time()
    for argument in arguments:
        work(argument)
    return (time.thread_time() - begun) / len(arguments)


def chains(req):
    """How many times as long a look-up takes among keys that were chosen to collide."""
    large = pyhook.shared["large"]
    large.clear()
    chosen = colliding_keys()
    plain = [f"{number:036}" for number in range(4096)]
    for key in plain + chosen:
        large.set(key, 1)
    return f"{len(set(chosen))} {processor_time(large.get, *chosen) / processor_time(large.get, *plain):.1f}"


def full(req):
    """How many times as long `set` takes when there is no room, and the others when there are many entries."""
    large = pyhook.shared["large"]
    large.clear()
    first = [f"key {number}" for number in range(20000)]
    easy = processor_time(lambda key: large.set(key, b"x" * 20, ttl=1000), *first)
    try:
        for number in range(20000, 1000000):
            large.set(f"key {number}", b"x" * 20, ttl=1000)
    except pyhook.SharedFull:
        pass

    def refused(key):
        try:
            large.set(key, b"x" * 20)
        except pyhook.SharedFull:
            return
        raise AssertionError("there was room")

    hard = processor_time(refused, *(f"other {number}" for number in range(20)))
    counted = processor_time(lambda _: len(large), *range(20))
    free = processor_time(lambda _: large.free, *range(20))
    cleared = processor_time(lambda _: large.clear(), *range(20))
    return " ".join(f"{time / easy:.1f}" for time in (hard, counted, free, cleared))


def expired(req):
    """Expired entries make room, as many as needed, and no more entries are lost."""
    import time

    small = pyhook.shared["small"]
    small.clear()
    for number in range(100):
        small.set(f"short {number}", "x" * 40, ttl=0.001 + number % 7 / 1e4)
        small.set(f"long {number}", "y" * 40, ttl=1000 - number)
        small.set(f"ever {number}", "z" * 40)
    until = time.monotonic() + 0.005
    while time.monotonic() < until:
        pass
    stored = 0
    try:
        while True:
            small.set(f"more {stored}", "w" * 40, ttl=2000)
            stored += 1
    except pyhook.SharedFull:
        pass
    kept = all(small[f"long {n}"] == "y" * 40 and small[f"ever {n}"] == "z" * 40 for n in range(100))
    gone = not any(f"short {n}" in small for n in range(100))
    for number in range(0, 100, 2):
        small.delete(f"long {number}")
    found = sorted(key for key in small.keys() if key.startswith("long "))
    return f"{stored >= 100} {kept} {gone} {len(small) == 150 + stored} {len(found)}"


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
