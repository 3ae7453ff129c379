"""What t/command/serve.t serves by the command `pyhook serve`."""


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    words = (environ["SCRIPT_NAME"], environ["PATH_INFO"], environ["wsgi.url_scheme"], environ["REMOTE_ADDR"])
    return [" ".join(("wsgi", *words)).encode() + b"\n"]


def greet(req):
    return f"handler {req.path_below}\n"


async def asgi(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": f"asgi {scope['path']}\n".encode()})


def make():
    return application


def fails(req):
    raise RuntimeError("into the log")
