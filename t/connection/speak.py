"""A line protocol, and its possible failures."""

import pyhook


def converse(c):
    """Commands, one per line; each answer is a line, too."""
    c.write("hello\n")
    while line := c.readline(100, timeout=10):
        word, _, rest = line.decode().strip().partition(" ")
        if word == "quit":
            c.write("bye\n")
            return None
        if word == "upper":
            c.write(rest.upper() + "\n")
        elif word == "take":
            c.write(c.read(int(rest)) + b"|\n")
        elif word == "some":
            c.write(b"%r\n" % c.recv(1000))
        elif word == "who":
            c.write(f"{c.client_ip} {pyhook.current_request()}\n")
        elif word == "wait":
            try:
                c.read(1, timeout=0.05)
            except TimeoutError:
                c.write("time is up\n")
        elif word == "raise":
            raise RuntimeError("in the middle")
        elif word == "decline":
            return pyhook.DECLINED
        elif word == "wrong":
            return "a string"
        elif word == "misuse":
            for call in (lambda: c.read(0), lambda: c.readline(-1), lambda: c.read(1, timeout=0), lambda: c.write(5)):
                try:
                    call()
                except (TypeError, ValueError) as error:
                    c.write(f"{type(error).__name__}\n")
    return pyhook.OK


def leave(c):
    return pyhook.DECLINED


def fail_first(c):
    raise RuntimeError("before a word was said")


def no_strangers(c):
    if c.client_ip.startswith("127."):
        raise pyhook.HTTPError(403)


def wrong(c):
    return 5


def huge(c):
    return 10**30


def done(c):
    return -2  # pyhook.DONE: httpd's own hooks, which set the connection up, would be left out


def huge_once_spoken(c):
    c.write("spoken\n")
    return -(10**30)


def broken(c):
    raise RuntimeError("broken at the door")


def too_early(c):
    c.write("x")


def closing(c):
    c.log(f"closing after {c.keepalives} more", "notice")


def in_request(req):
    try:
        req.connection.write("x")
    except RuntimeError as error:
        return str(error)
