"""Shows the part of the path below the section that names each callable."""


def note(req):
    req.err_headers_out.add("X-Below", f"{req.phase}={req.path_below}")


def page(req):
    return req.path_below.encode("utf-8", "surrogateescape")


def redirect(req):
    req.internal_redirect("/place" + req.path_below)


def lookup(req):
    sub = req.lookup_uri("/place/of/another")
    return f"{req.path_below} {sub.path_below} {sub.err_headers_out.get('X-Below')}"


def streamed(req):
    yield req.path_below
    yield "|"
    req.uri = "/streamed/elsewhere"
    yield req.path_below


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [environ["pyhook.request"].path_below.encode("utf-8", "surrogateescape")]
