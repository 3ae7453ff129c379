"""Ids for connections and requests, which the X-Id header chooses."""

import pyhook


def make(c, req):
    if req is None:
        return f"connection-{c.id}"
    assert req.phase == "generate_log_id" and req.connection is c
    wanted = req.headers_in.get("X-Id")
    if wanted == "none":
        return None
    if wanted == "raise":
        raise RuntimeError("no idea")
    if wanted == "number":
        return 5
    if wanted == "logging":
        req.log("logged inside", "notice")
        pyhook.log("logged inside, too", "notice")
    return bytes.fromhex(wanted[4:]).decode() if wanted.startswith("hex:") else wanted


def show(req):
    req.log("shown", "notice")
    return f"{req.log_id}\n"
