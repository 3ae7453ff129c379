"""What Python sees of a trace."""

import json


def show(req):
    return json.dumps([req.traceparent, req.headers_in.get("traceparent"), req.headers_in.get("tracestate")])


def redirect(req):
    req.internal_redirect("/show")


def below(req):
    below = req.lookup_uri("/show")
    return str(below.traceparent == req.traceparent)


def raises(req):
    raise LookupError


def wsgi(environ, start_response):
    start_response("200 OK", [])
    return [environ.get("HTTP_TRACEPARENT", "none").encode()]
