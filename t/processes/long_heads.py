"""The length of the request's headers as the body, and a header of the length that the query says."""

from pyhook import HTTPError


def wsgi(environ, start_response):
    length = int(environ["QUERY_STRING"])
    start_response("200 OK", [("Content-Type", "text/plain"), ("X-Long", "x" * length)])
    return [str(sum(len(value) for key, value in environ.items() if key.startswith("HTTP_X_LONG"))).encode()]


def handler(req):
    length = int(req.args)
    if length < 0:
        raise HTTPError(403, headers={"X-Long": "x" * -length})
    req.content_type = "text/plain"
    req.headers_out["X-Long"] = "x" * length
    return str(sum(len(value) for key, value in req.headers_in.multi_items() if key.startswith("X-Long")))


async def asgi(scope, receive, send):
    if scope["type"] == "websocket":
        await receive()
        return await send({"type": "websocket.accept", "headers": [(b"x-long", b"x" * int(scope["query_string"]))]})
    assert scope["type"] == "http"
    length = int(scope["query_string"])
    headers = [(b"content-type", b"text/plain"), (b"x-long", b"x" * length)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    size = sum(len(value) for name, value in scope["headers"] if name.startswith(b"x-long"))
    await send({"type": "http.response.body", "body": str(size).encode()})
