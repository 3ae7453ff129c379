"""What the console looks at."""

import threading

go_on = threading.Event()
kept = []


def front(req):
    return "hello\n"


def wait(req):
    go_on.wait(60)
    return "went on\n"


def free(req):
    go_on.set()
    return "free\n"


def fail(req):
    session = "hunter" + "3"
    raise LookupError(f"no article for session={session}", number(password="hunter2"))


def number(password):
    return len(password)


def keep(req):
    """Keep many objects in this child."""
    kept.extend([number] for number in range(100_000))
    return "kept\n"


def login(req):
    """A login that every client has."""
    req.user = "ada"
