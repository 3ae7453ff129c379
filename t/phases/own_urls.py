"""The proxy in front decides about the URLs of the server: the X-Scheme and X-Port headers."""

from pyhook import HTTPError


def scheme(req):
    assert req.phase == "http_scheme"
    wanted = req.headers_in.get("X-Scheme")
    if wanted == "inside":
        return "in+" + req.construct_url("/").partition(":")[0]
    if wanted == "raise":
        raise RuntimeError("no scheme")
    if wanted == "error":
        raise HTTPError(403)
    if wanted == "number":
        return 5
    return wanted


def port(req):
    assert req.phase == "default_port"
    wanted = req.headers_in.get("X-Port")
    if wanted == "raise":
        raise RuntimeError("no port")
    odd = {"text": "443", "true": True, "zero": 0, "huge": 2**100, "minus": -1, "float": 443.0}
    return odd[wanted] if wanted in odd else wanted and int(wanted)


def show(req):
    return req.construct_url("/x") + f" {req.phase}\n"
