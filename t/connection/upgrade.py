"""A protocol that a client asks for with Upgrade, or in the TLS handshake."""

import pyhook


def echo(c, req):
    c.write(f"echo for {req.uri if req else 'nobody'} {c.is_https} {pyhook.current_request() is req}\n")
    while line := c.readline(100, timeout=10):
        if line == b"quit\n":
            c.write("bye\n")
            return
        c.write(line.upper())


def accept(req):
    assert req.phase == "protocol_propose"
    if req.args == "raise":
        raise RuntimeError("don't know")
    return "yes" if req.args == "text" else req.args == "please"


def broken(c, req):
    c.write("so far\n")
    raise RuntimeError("no further")


def wrong(c, req):
    return 5


def page(req):
    return f"{req.protocol} {req.method}\n"
