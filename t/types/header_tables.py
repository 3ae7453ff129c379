from pyhook import HTTPError, Request


def raw(req: Request) -> str:
    """Bytes that are not UTF-8 return unchanged."""
    value = req.headers_in["X-Raw"]
    req.headers_out["X-Back"] = value
    req.content_type = "text/" + value
    return ascii(value)


def kept(req: Request) -> int:
    req.headers_out["X-Success"] = "1"
    req.err_headers_out["X-Always"] = "1"
    req.err_headers_out.add("Set-Cookie", "a=1")
    req.err_headers_out.add("Set-Cookie", "b=2")
    if req.args == "raise":
        raise HTTPError(403, headers={"X-Of-Error": "1"})
    return int(req.args or 200)


def refused(req: Request) -> int:
    raise HTTPError(403, headers={"X-Bad": "a\r\nX-Evil: 1"})


def framed(req: Request) -> int:
    raise HTTPError(403, headers={"Content-Length": "5"})


def environment(req: Request) -> str:
    req.subprocess_env["STAGE"] = "first"
    req.add_common_vars()
    req.add_cgi_vars()
    names = ("STAGE", "REQUEST_METHOD", "QUERY_STRING", "SERVER_PROTOCOL", "GATEWAY_INTERFACE", "SCRIPT_NAME",
             "REMOTE_ADDR", "HTTP_X_ONE", "SERVER_NAME")
    return "\n".join(f"{name}={req.subprocess_env.get(name)}" for name in names)


def environment_logged(req: Request) -> None:
    req.log(f"environment: {req.subprocess_env['STAGE']}")


def reframed(req: Request) -> str:
    """Changes what says where the request's body ends, by the way that the query names."""
    if req.args == "shortened":
        req.headers_in["Content-Length"] = "1"
    elif req.args == "lengthened":
        req.headers_in.add("Content-Length", "100")
    elif req.args == "without":
        req.headers_in.clear()
    return req.args or "as it came"
