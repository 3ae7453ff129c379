"""Filters for responses that report an error."""

from pyhook import HTTPError


def shout(chunk):
    return chunk.upper()


def answer(req):
    if req.args == "fine":
        return "fine\n"
    raise HTTPError(403)


def always(req):
    req.add_output_filter("shout")


def act(req):
    assert req.phase == "insert_error_filter"
    what = req.headers_in.get("X-Do", "add")
    if what == "add":
        req.add_output_filter("shout")
    elif what == "raise":
        raise RuntimeError("no filter today")
    elif what == "error":
        raise HTTPError(503)
    elif what == "unknown":
        req.add_output_filter("no_such_filter")
    elif what == "wrong":
        return "shout"
