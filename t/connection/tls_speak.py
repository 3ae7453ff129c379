"""The hooks of connections under TLS and HTTP/2."""

import pyhook

seen = pyhook.shared["seen"]


def arriving(c):
    seen.incr("pre_connection")
    c.state.arrived = True
    c.log(f"arriving {c.master}", "notice")


def converse(c):
    """A line protocol; TLS has begun when the first line is read."""
    c.write(f"hello {c.is_https} {c.ssl_var('SSL_PROTOCOL')} {c.state.arrived}\n")
    while line := c.readline(100, timeout=10):
        word, _, rest = line.decode().strip().partition(" ")
        if word == "quit":
            c.write("bye\n")
            return
        c.write(rest.upper() + "\n")


def leave(c):
    seen.incr("process_connection")
    return pyhook.DECLINED


def closing(c):
    seen.incr("pre_close_connection")
    c.log(f"closing {c.state.arrived}", "notice")


def page(req):
    c = req.connection
    master = c.master
    counts = " ".join(f"{name}={seen.get(name, 0)}" for name in ("pre_connection", "process_connection"))
    return f"{req.protocol} {(master or c).state.arrived} {master is not None} {counts}\n"


def echo(c, req):
    c.write(f"echo {req} {c.ssl_var('SSL_PROTOCOL')[:4]}\n")
    while line := c.readline(100, timeout=10):
        if line == b"quit\n":
            return
        c.write(line.upper())
