"""What Python sees of a trace."""

import json


def show(req):
    return json.dumps([req.traceparent, req.headers_in.get("traceparent"), req.headers_in.get("tracestate")])


def redirect(req):
    req.internal_redirect("/show")


def leads_on(req):
    req.internal_redirect("/after")


def after(req):
    """What the request that has led here had, and what this one has."""
    return json.dumps([req.prev.traceparent, req.traceparent, req.headers_in["traceparent"]])


def below(req):
    below = req.lookup_uri("/show")
    return str(below.traceparent == req.traceparent)


def raises(req):
    raise LookupError


def wsgi(environ, start_response):
    start_response("200 OK", [])
    return [environ.get("HTTP_TRACEPARENT", "none").encode()]
